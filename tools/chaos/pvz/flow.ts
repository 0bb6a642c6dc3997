import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { Heard } from './heard.ts';
import { takeSteps, type LoadOptions } from './load.ts';
import type { PvzClient } from './clients.ts';
import type { PvzRig } from './rig.ts';

const probes = 12;
const limits = { timeoutMs: 60_000, intervalMs: 50 };
const toBeSent = `FROM pvz.outbox WHERE ${isToBeSent}`;

/** Seconds until the events of fresh orders, brought over every protocol, have left the outbox. */
export const measureFlow = async (rig: PvzRig, load: LoadOptions): Promise<number> => {
  const startedMs = performance.now();
  const bring = (turn: number) =>
    waitFor(
      () => {
        const client = load.clients[turn % load.clients.length] as PvzClient;
        return takeSteps({ ...load, client }, 1);
      },
      { what: 'pvz to accept an order', ...limits },
    );
  const orders = await Promise.all(Array.from({ length: probes }, (_, turn) => bring(turn)));
  const keys = orders.map(({ orderId }) => String(orderId));
  const areSent = async () =>
    (await rig.query(`SELECT ${toBeSent} AND key = ANY($1) LIMIT 1`, [keys])).length === 0;
  await waitFor(areSent, { what: "fresh orders' events to reach Kafka", ...limits });
  return (performance.now() - startedMs) / 1_000;
};

/** Resolves when every row has been sent or is FAILED. */
export const drained = ({ query }: PvzRig): Promise<unknown> =>
  waitFor(async () => (await query(`SELECT ${toBeSent} LIMIT 1`)).length === 0, {
    what: 'the outbox to drain',
    ...limits,
  });

/** Resolves when pvz-notifier has logged as many events as there are. */
export const heard = async ({ query }: PvzRig, log: Heard): Promise<void> => {
  const [row] = await query<{ n: number }>('SELECT count(*)::int AS n FROM pvz.outbox');
  const what = 'pvz-notifier to log every event';
  await waitFor(() => log.read().size >= (row?.n ?? 0), { what, ...limits });
};
