import { findUndone, findUnderWay } from '../../../testing/booking/find-faults.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { BookingClient } from './clients.ts';
import { noteOrder, orderOf, placeOrder, type LoadOptions, type Told } from './load.ts';
import type { BookingRig } from './rig.ts';

const probes = 12;
// flights of their own
const firstProbe = 100_000_000;
const limits = { timeoutMs: 120_000, intervalMs: 100 };
const callsAtATime = 16;

/** Seconds until fresh orders, placed over every protocol of both replicas, have their tickets. */
export const measureFlow = async (
  { query }: BookingRig,
  { clients, told }: LoadOptions,
): Promise<number> => {
  const startedMs = performance.now();
  const place = (turn: number) => {
    const client = clients[turn % clients.length] as BookingClient;
    const key = noteOrder(told, orderOf(firstProbe + told.placed.size), 'TICKET_ISSUED');
    const answered = () => placeOrder({ told, client }, key);
    return waitFor(answered, { what: 'booking to take an order', ...limits });
  };
  const ids = await Promise.all(Array.from({ length: probes }, (_, turn) => place(turn)));
  const areIssued = async () => {
    const issued = `SELECT FROM booking.orders WHERE status = 'TICKET_ISSUED' AND order_id = ANY ($1::uuid[])`;
    return (await query(issued, [ids])).length === probes;
  };
  await waitFor(areIssued, { what: 'fresh orders to have their tickets', ...limits });
  return (performance.now() - startedMs) / 1_000;
};

/** Makes every call again that was not answered, so that each key has an order. */
export const answerAll = async ({ clients, told }: LoadOptions): Promise<void> => {
  const open = [...told.placed].flatMap(([key, { orderId }]) =>
    orderId === undefined ? [key] : [],
  );
  const repeat = async (turn: number) => {
    const client = clients[turn % clients.length] as BookingClient;
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      const again = key;
      const answered = () => placeOrder({ told, client }, again);
      await waitFor(answered, { what: `the answer to key ${again}`, ...limits });
    }
  };
  await Promise.all(Array.from({ length: callsAtATime }, (_, turn) => repeat(turn)));
};

/** Resolves when no event is unsent, unhandled or parked, and every saga has ended. */
export const drained = async ({ query }: BookingRig): Promise<void> => {
  let left: string[] = [];
  const isDone = async () => {
    const underWay = await findUnderWay(query);
    left = [
      ...(await findUndone(query)),
      ...(underWay.length > 0
        ? [`${underWay.length} sagas, e.g. ${JSON.stringify(underWay[0])}`]
        : []),
    ];
    return left.length === 0;
  };
  await waitFor(isDone, { what: 'all to be done', ...limits }).catch((error: unknown) => {
    throw new Error(`left undone: ${left.join(', ')}`, { cause: error });
  });
};

/** Resolves when both replicas answer each of these orders with the status that it has; a cache may lag behind. */
export const answersAreTrue = async (
  { query }: BookingRig,
  clients: readonly BookingClient[],
  { placed }: Told,
): Promise<void> => {
  const ids = [...placed.values()].slice(-callsAtATime).flatMap(({ orderId }) => orderId ?? []);
  const sql = `SELECT order_id::text AS id, status::text FROM booking.orders WHERE order_id = ANY ($1::uuid[])`;
  const rows = await query<{ id: string; status: string }>(sql, [ids]);
  for (const { id, status } of rows)
    for (const client of clients)
      await waitFor(async () => (await client.statusOf(id)) === status, {
        what: `GetOrder to answer that ${id} is ${status}`,
        ...limits,
      });
};
