import { waitFor } from '../../../testing/wait-for.ts';
import { createOrder, type LoadOptions, type Told } from './load.ts';
import { tellings } from './messages.ts';
import type { Yard } from './rig.ts';
import { findUndone } from './undone.ts';

const probes = 12;
const flowLimitMs = 60_000;
// a build of at most one second, plus the steps before and after it
const shipLimitMs = 15_000;
// failed work is retried with a growing back-off
const settleLimitMs = 90_000;
const intervalMs = 100;

/** Seconds until fresh orders, placed over every protocol, are ASSEMBLED and their notifications sent. */
export const measureFlow = async (
  rig: Yard,
  load: Omit<LoadOptions, 'ordersPerSecond'>,
): Promise<number> => {
  const startedMs = performance.now();
  const place = (turn: number) =>
    waitFor(() => createOrder(load, turn, true), {
      what: 'order to take an order',
      timeoutMs: flowLimitMs,
      intervalMs,
    });
  const ids = await Promise.all(Array.from({ length: probes }, (_, turn) => place(turn)));
  await waitFor(async () => (await countAssembled(rig, ids)) === probes, {
    what: 'fresh orders to be ASSEMBLED',
    timeoutMs: flowLimitMs,
    intervalMs,
  });
  const areTold = () => {
    const told = tellings(rig);
    return ids.every((id) => told.has(`${id} paid`) && told.has(`${id} assembled`));
  };
  const limits = { timeoutMs: flowLimitMs, intervalMs };
  await waitFor(areTold, { what: 'fresh orders to be told of', ...limits });
  return (performance.now() - startedMs) / 1_000;
};

/**
 * Resolves when every order for which a payment was requested is ASSEMBLED and no work is left anywhere: no timer, no
 * event unsent or unhandled, no message parked.
 */
export const drain = async (rig: Yard, { outcomes }: Told): Promise<void> => {
  const paid = [...outcomes].flatMap(([id, outcome]) => (outcome === 'ASSEMBLED' ? [id] : []));
  await waitFor(async () => (await countAssembled(rig, paid)) === paid.length, {
    what: 'paid orders to be ASSEMBLED',
    timeoutMs: shipLimitMs,
    intervalMs,
  });
  let left: string[] = [];
  const isDone = async () => (left = await findUndone(rig)).length === 0;
  const limits = { timeoutMs: settleLimitMs, intervalMs };
  await waitFor(isDone, { what: 'all to be done', ...limits }).catch((error: unknown) => {
    throw new Error(`left undone: ${left.join(', ')}`, { cause: error });
  });
};

const countAssembled = async ({ query }: Yard, ids: readonly string[]): Promise<number> => {
  const [row] = await query<{ n: number }>(
    `SELECT count(*)::int AS n FROM "order".orders WHERE status = 'ASSEMBLED' AND order_id = ANY ($1::uuid[])`,
    [ids],
  );
  return row?.n ?? 0;
};
