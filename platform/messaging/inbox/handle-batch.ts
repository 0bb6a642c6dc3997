import { isDatabaseAway } from '../../database/errors.ts';
import type { Pool } from '../../database/pool.ts';
import { withTransaction, type Transaction } from '../../database/transaction.ts';
import type { InboxConsumer } from './consumer.ts';
import type { Park, ParkRequest } from './park.ts';
import { planBatch, type BatchPlan } from './plan-batch.ts';
import type { ReadMessage } from './read-message.ts';
import type { InboxRows } from './inbox-rows.ts';
import { report, type ReportParts } from './report.ts';
import { handleInSpans, inSpanOfAll, noteOutcomes } from './handling-spans.ts';
import { toEvent } from './to-event.ts';
import { whenTriedAgain } from './try-again.ts';

export interface BatchParts extends ReportParts {
  pool: Pool;
  consumer: InboxConsumer;
  inboxRows: InboxRows;
  park: Park;
  /** Called after the commit for each parked message, with the time in milliseconds until it is due. */
  parked: (dueInMs: number) => void;
}

/**
 * Handles messages of one partition in one transaction. When that fails, it handles each message in a transaction
 * of its own, and parks those that fail again. Rejects only when the database cannot record the outcome; messages
 * whose outcome was not committed are then read again.
 */
export const createBatch = (parts: BatchParts) => {
  const { logger, consumer } = parts;
  const handleAll = async (batch: readonly ReadMessage[]): Promise<void> => {
    try {
      await processAll(parts, batch);
    } catch (error) {
      if (batch.length > 1)
        logger.debug(
          { err: error, consumer: consumer.name },
          'the batch failed; its messages are handled one by one',
        );
      for (const read of batch)
        await handleAlone(parts, read, batch.length === 1 ? error : undefined);
    }
  };
  return (batch: readonly ReadMessage[]): Promise<void> =>
    handleInSpans(consumer, batch, handleAll);
};

const handleAlone = async (
  parts: BatchParts,
  read: ReadMessage,
  knownFailure: unknown,
): Promise<void> => {
  const failure = knownFailure ?? (await failureOf(() => processAll(parts, [read])));
  // The database is at fault, not the message: it is read again, and no attempt is counted.
  if (isDatabaseAway(failure)) throw failure;
  if (failure !== undefined) await processAll(parts, [read], failure);
};

const failureOf = async (work: () => Promise<void>): Promise<unknown> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error ?? new Error('the handler rejected without an error');
  }
};

/** Thrown when a key was released while messages were being parked behind earlier ones of it. */
class KeyReleased extends Error {
  override readonly name = 'KeyReleased';
}

/**
 * Accepts the messages and handles or parks them, in one transaction, which is repeated when a key was released
 * meanwhile. With a `failure`, the messages that would be handled are parked instead.
 */
const processAll = async (
  parts: BatchParts,
  batch: readonly ReadMessage[],
  failure?: unknown,
): Promise<void> => {
  for (;;) {
    try {
      await inSpanOfAll(parts.consumer, batch, () => processOnce(parts, batch, failure));
      return;
    } catch (error) {
      if (!(error instanceof KeyReleased)) throw error;
    }
  }
};

const processOnce = async (
  parts: BatchParts,
  batch: readonly ReadMessage[],
  failure: unknown,
): Promise<void> => {
  const { pool, consumer, inboxRows, park } = parts;
  const { plan, requests, setBack, events, result } = await withTransaction(pool, async (tx) => {
    const fresh = await inboxRows.accept(tx.client, batch);
    const keys = batch.filter(({ id }) => fresh.has(id)).map(({ key }) => key);
    const parkedKeys =
      keys.length > 0 ? await inboxRows.findParked(tx.client, keys) : new Set<string>();
    const plan = planBatch(batch, { fresh, parkedKeys });
    const setBack = await inboxRows.findSetBack(tx.client, plan.late);
    const requests = [...lateRequests(plan, setBack), ...parkRequests(parts, plan, failure)];
    const events = failure === undefined ? plan.handle.map(toEvent) : [];
    const result = events.length > 0 ? await consumer.handle(tx, events) : undefined;
    await park(tx.client, requests);
    await requireParked(parts, tx, requests);
    return { plan, requests, setBack, events, result };
  });
  report(parts, { plan, parked: requests.length, setBack, failure });
  noteOutcomes(plan, failure);
  if (events.length > 0) consumer.afterCommit?.(events, result);
  for (const { dueInMs } of requests) parts.parked(dueInMs);
};

/**
 * Throws KeyReleased when a key is not parked any more: another process may have released it since it was looked
 * up, and a message that was parked behind others of it would wait for ever.
 */
const requireParked = async (
  { inboxRows }: BatchParts,
  { client }: Transaction,
  requests: readonly ParkRequest[],
): Promise<void> => {
  if (requests.length === 0) return;
  const keys = new Set(requests.map(({ read }) => read.key));
  const held = await inboxRows.findParked(client, [...keys]);
  if (held.size < keys.size) throw new KeyReleased('a key is not parked any more');
};

const lateRequests = ({ late }: BatchPlan, setBack: ReadonlySet<string>): ParkRequest[] =>
  late.map((read) => ({
    read,
    attempts: 0,
    dueInMs: 0,
    hopelessReason: 'late',
    error: setBack.has(read.id)
      ? `set-back: sequence ${read.origin?.sequence} has come under another id`
      : `late: sequence ${read.origin?.sequence} comes after a later one of its key`,
  }));

const parkRequests = (
  { consumer }: BatchParts,
  plan: BatchPlan,
  failure: unknown,
): ParkRequest[] => [
  ...plan.park.map((read) => ({ read, attempts: 0, dueInMs: 0, ...poisonOf(read) })),
  ...(failure === undefined ? [] : plan.handle).map((read) => ({
    read,
    ...whenTriedAgain(consumer, failure, 1),
    error: String(failure),
  })),
];

const poisonOf = ({ content }: ReadMessage): Pick<ParkRequest, 'hopelessReason' | 'error'> =>
  'poison' in content ? { hopelessReason: 'poison', error: `poison: ${content.poison}` } : {};
