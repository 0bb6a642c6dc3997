import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { createOrder } from './load.ts';
import type { LomsRig } from './rig.ts';

const probes = 16;
const flowLimitMs = 60_000;
const drainLimitMs = 60_000;
const toBeSent = `FROM loms.outbox WHERE ${isToBeSent}`;

/**
 * Seconds until Kafka has acknowledged the events of fresh orders. There are sixteen, so that they involve every
 * publisher and nearly every bucket owner.
 */
export const measureFlow = async (rig: LomsRig): Promise<number> => {
  const startedMs = performance.now();
  const place = (turn: number) =>
    waitFor(() => createOrder(rig.url, turn), {
      what: 'loms to take an order',
      timeoutMs: flowLimitMs,
      intervalMs: 50,
    });
  const orderIds = await Promise.all(Array.from({ length: probes }, (_, turn) => place(turn)));
  const keys = orderIds.map(String);
  const areSent = async () =>
    (await rig.query(`SELECT ${toBeSent} AND key = ANY($1) LIMIT 1`, [keys])).length === 0;
  await waitFor(areSent, {
    what: "fresh orders' events to reach Kafka",
    timeoutMs: flowLimitMs,
    intervalMs: 50,
  });
  return (performance.now() - startedMs) / 1_000;
};

/** Resolves when every row has been sent. */
export const drained = async (rig: LomsRig): Promise<void> => {
  await waitFor(async () => (await rig.query(`SELECT ${toBeSent} LIMIT 1`)).length === 0, {
    what: 'the outbox to drain',
    timeoutMs: drainLimitMs,
    intervalMs: 50,
  });
};
