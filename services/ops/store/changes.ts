import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { withTransaction, type Transaction } from '#platform/database/transaction.ts';
import type { DoneOperation } from '../usecases/operation.ts';
import type { KeyOfTopic, ReleasedKey } from '../usecases/redrive.ts';
import { query } from './query.ts';
import { operations } from './schema.ts';

/** Makes the entry of an operation from its result; when it throws, everything is rolled back. */
type Entry<Result> = (result: Result) => DoneOperation;

export interface ChangesDeps {
  pool: Pool;
  /** Topics in which a FAILED event does not block its key. */
  withoutBlocking: readonly string[];
}

const audit = async (tx: Transaction, operation: DoneOperation): Promise<void> => {
  await tx.insert(operations).values(operation);
};

/** Releases keys (platform/messaging/outbox/operations.sql) and records the operation, in one transaction. */
export const redriveKeys =
  ({ pool, withoutBlocking }: ChangesDeps) =>
  (
    source: string,
    keys: readonly KeyOfTopic[],
    entry: Entry<ReleasedKey[]>,
  ): Promise<ReleasedKey[]> =>
    withTransaction(pool, async (tx) => {
      const released = await query<ReleasedKey>(
        tx.client,
        `SELECT topic, key, failed::integer, waiting::integer
           FROM ${identifier(source)}.redrive_outbox($1, $2, $3)`,
        [keys.map(({ topic }) => topic), keys.map(({ key }) => key), withoutBlocking],
      );
      await audit(tx, entry(released));
      return released;
    });

/**
 * Discards one event and returns how many rows it released. `entry` throws a refusal when there is no such
 * event.
 */
export const discardEvent =
  ({ pool }: Pick<ChangesDeps, 'pool'>) =>
  (
    source: string,
    { id, actor, reason }: { id: string; actor: string; reason: string },
    entry: Entry<number | undefined>,
  ): Promise<number> =>
    withTransaction(pool, async (tx) => {
      const [row] = await query<{ released: number }>(
        tx.client,
        `SELECT released::integer FROM ${identifier(source)}.discard_outbox($1, $2, $3)`,
        [id, actor, reason],
      );
      await audit(tx, entry(row?.released));
      return row?.released ?? 0;
    });

/** Requeues sent rows; returns the ids of those that were requeued. */
export const replayRows =
  ({ pool, withoutBlocking }: ChangesDeps) =>
  (source: string, ids: readonly string[], entry: Entry<string[]>): Promise<string[]> =>
    withTransaction(pool, async (tx) => {
      const text = `SELECT id::text FROM ${identifier(source)}.replay_outbox($1, $2)`;
      const rows = await query<{ id: string }>(tx.client, text, [ids, withoutBlocking]);
      const replayed = rows.map(({ id }) => id);
      await audit(tx, entry(replayed));
      return replayed;
    });

/**
 * Requeues dead letters (platform/messaging/inbox/operations.sql); returns the ids of those that were
 * requeued.
 */
export const redriveLetters =
  ({ pool }: Pick<ChangesDeps, 'pool'>) =>
  (
    service: string,
    letters: { consumer: string; eventIds: readonly string[]; actor: string },
    entry: Entry<string[]>,
  ): Promise<string[]> =>
    withTransaction(pool, async (tx) => {
      const { consumer, eventIds, actor } = letters;
      const rows = await query<{ id: string; is_done: boolean }>(
        tx.client,
        `SELECT l.id::text, ${identifier(service)}.redrive_dead_letter($1, l.id, $3) AS is_done
           FROM unnest($2::uuid[]) AS l(id)`,
        [consumer, eventIds, actor],
      );
      const redriven = rows.filter((row) => row.is_done).map(({ id }) => id);
      await audit(tx, entry(redriven));
      return redriven;
    });

/** Discards one dead letter. `entry` throws a refusal when there was none to discard. */
export const discardLetter =
  ({ pool }: Pick<ChangesDeps, 'pool'>) =>
  (
    service: string,
    letter: { consumer: string; eventId: string; actor: string; reason: string },
    entry: Entry<boolean>,
  ): Promise<void> =>
    withTransaction(pool, async (tx) => {
      const { consumer, eventId, actor, reason } = letter;
      const [row] = await query<{ is_done: boolean }>(
        tx.client,
        `SELECT ${identifier(service)}.discard_dead_letter($1, $2, $3, $4) AS is_done`,
        [consumer, eventId, actor, reason],
      );
      await audit(tx, entry(row?.is_done === true));
    });

/** Records an operation that changed nothing, i.e. a dry run. */
export const keepOperation =
  (pool: Pool) =>
  (operation: DoneOperation): Promise<void> =>
    withTransaction(pool, (tx) => audit(tx, operation));
