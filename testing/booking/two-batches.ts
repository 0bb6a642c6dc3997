import { databaseWords } from '#platform/database/errors.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction, type Transaction } from '#platform/database/transaction.ts';
import { untilWaitingForLock } from '../lock-wait.ts';

export interface TwoBatches<Event> {
  pool: Pool;
  role: string;
  handle: (tx: Transaction, events: readonly Event[]) => Promise<void>;
}

/**
 * Handles events of new orders in two transactions at once, in opposite orders. Both have to wait for a third one, which
 * has handled the event in the middle and is then rolled back. Returns why they failed, if they did.
 */
export const handleInOppositeOrders = async <Event>(
  { pool, role, handle }: TwoBatches<Event>,
  events: readonly Event[],
): Promise<string[]> => {
  let batches: Promise<PromiseSettledResult<void>[]> = Promise.resolve([]);
  const undone = new Error('undone');
  const third = withTransaction(pool, async (tx) => {
    await handle(tx, events.slice(events.length / 2, events.length / 2 + 1));
    const both = [events, events.toReversed()];
    batches = Promise.allSettled(
      both.map((each) => withTransaction(pool, (one) => handle(one, each))),
    );
    await untilWaitingForLock(pool, role, 2);
    throw undone;
  });
  await third.catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  const settled = await batches;
  return settled.flatMap((each) =>
    each.status === 'rejected' ? [databaseWords(each.reason)] : [],
  );
};
