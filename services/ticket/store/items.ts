import type { Clock } from '#platform/base/clock.ts';
import { AppError } from '#platform/base/errors.ts';
import { isAnyOf } from '#platform/database/columns.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction, type Transaction } from '#platform/database/transaction.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { Call } from '#platform/serving/call.ts';
import { itemCreated } from '../events/item-created.ts';
import { items } from './schema.ts';

export interface CreateItemDeps {
  pool: Pool;
  now: Clock;
  /** Creates a UUID v7. */
  newId: () => string;
  /** The topic of the item's events. */
  topic: string;
  /** Called after each commit. */
  wakePublisher: () => void;
}

/** Saves an item and its event in one transaction and returns its id. Refuses a name that is taken: `name-taken`. */
export const createItem =
  ({ pool, now, newId, topic, wakePublisher }: CreateItemDeps) =>
  async (name: string, { headers }: Call): Promise<string> => {
    const item = { id: newId(), name, sequence: 1n, createdAt: now() };
    await withTransaction(pool, async (tx) => {
      const { rowCount } = await tx.insert(items).values(item).onConflictDoNothing();
      if (rowCount === 0) throw taken(name);
      await appendToOutbox(tx, 'ticket', [itemCreated(item, { id: newId(), topic, headers })]);
    });
    wakePublisher();
    return item.id;
  };

const taken = (name: string): AppError =>
  new AppError('exists', 'name-taken', `There is an item named ${name}.`);

/** Records, in the inbox's transaction, that the items' events have come back. */
export const markSeen =
  (now: Clock) =>
  async (tx: Transaction, itemIds: readonly string[]): Promise<void> => {
    await tx.update(items).set({ seenAt: now() }).where(isAnyOf(items.id, itemIds));
  };
