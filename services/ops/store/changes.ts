import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { withTransaction, type Transaction } from '#platform/database/transaction.ts';
import type { DoneOperation, KeptChange, RequestOfAct } from '../usecases/operation.ts';
import type { KeyOfTopic, ReleasedKey } from '../usecases/redrive.ts';
import { insertOperation, lockRequest } from './requests.ts';
import { query } from './query.ts';

/** Makes the entry of an operation from its result; when it throws, everything is rolled back. */
type Entry<Result> = (result: Result) => DoneOperation;

type Request = RequestOfAct | undefined;

export interface ChangesDeps {
  pool: Pool;
  /** Topics in which a FAILED event does not block its key. */
  withoutBlocking: readonly string[];
}

/**
 * Changes rows and records the operation in one transaction. Changes nothing when the request was done
 * already, also by a call that is still under way, and returns what that one did.
 */
const once = (
  pool: Pool,
  request: Request,
  change: (tx: Transaction) => Promise<DoneOperation>,
): Promise<KeptChange> =>
  withTransaction(pool, async (tx) => {
    const earlier = request && (await lockRequest(tx, request));
    if (earlier) return earlier;
    const operation = await change(tx);
    await insertOperation(tx, operation);
    return { id: operation.id, changed: operation.changed };
  });

/** Releases keys (platform/messaging/outbox/operations.sql) and records the operation, in one transaction. */
export const redriveKeys =
  ({ pool, withoutBlocking }: ChangesDeps) =>
  (
    source: string,
    { keys, request }: { keys: readonly KeyOfTopic[]; request?: Request },
    entry: Entry<ReleasedKey[]>,
  ): Promise<KeptChange> =>
    once(pool, request, async (tx) =>
      entry(
        await query<ReleasedKey>(
          tx.client,
          `SELECT topic, key, failed::integer, waiting::integer
             FROM ${identifier(source)}.redrive_outbox($1, $2, $3)`,
          [keys.map(({ topic }) => topic), keys.map(({ key }) => key), withoutBlocking],
        ),
      ),
    );

/**
 * Discards one event; the entry is made from how many rows that released. `entry` throws a refusal when there
 * is no such event.
 */
export const discardEvent =
  ({ pool }: Pick<ChangesDeps, 'pool'>) =>
  (
    source: string,
    event: { id: string; actor: string; reason: string; request?: Request },
    entry: Entry<number | undefined>,
  ): Promise<KeptChange> =>
    once(pool, event.request, async (tx) => {
      const [row] = await query<{ released: number }>(
        tx.client,
        `SELECT released::integer FROM ${identifier(source)}.discard_outbox($1, $2, $3)`,
        [event.id, event.actor, event.reason],
      );
      return entry(row?.released);
    });

/** Requeues sent rows; the entry is made from the ids of those that were requeued. */
export const replayRows =
  ({ pool, withoutBlocking }: ChangesDeps) =>
  (
    source: string,
    { ids, request }: { ids: readonly string[]; request?: Request },
    entry: Entry<string[]>,
  ): Promise<KeptChange> =>
    once(pool, request, async (tx) => {
      const text = `SELECT id::text FROM ${identifier(source)}.replay_outbox($1, $2)`;
      const rows = await query<{ id: string }>(tx.client, text, [ids, withoutBlocking]);
      return entry(rows.map(({ id }) => id));
    });

/**
 * Requeues dead letters (platform/messaging/inbox/operations.sql); the entry is made from the ids of those
 * that were requeued.
 */
export const redriveLetters =
  ({ pool }: Pick<ChangesDeps, 'pool'>) =>
  (
    service: string,
    letters: { consumer: string; eventIds: readonly string[]; actor: string; request?: Request },
    entry: Entry<string[]>,
  ): Promise<KeptChange> =>
    once(pool, letters.request, async (tx) => {
      const { consumer, eventIds, actor } = letters;
      const rows = await query<{ id: string; is_done: boolean }>(
        tx.client,
        `SELECT l.id::text, ${identifier(service)}.redrive_dead_letter($1, l.id, $3) AS is_done
           FROM unnest($2::uuid[]) AS l(id)`,
        [consumer, eventIds, actor],
      );
      return entry(rows.filter((row) => row.is_done).map(({ id }) => id));
    });

/** Requeues one dead letter with another value. `entry` throws a refusal when there was none to requeue. */
export const redriveEdited =
  ({ pool }: Pick<ChangesDeps, 'pool'>) =>
  (
    service: string,
    letter: {
      consumer: string;
      eventId: string;
      actor: string;
      value: Uint8Array;
      request?: Request;
    },
    entry: Entry<boolean>,
  ): Promise<KeptChange> =>
    once(pool, letter.request, async (tx) => {
      const { consumer, eventId, actor, value } = letter;
      const [row] = await query<{ is_done: boolean }>(
        tx.client,
        `SELECT ${identifier(service)}.redrive_dead_letter($1, $2, $3, $4) AS is_done`,
        [consumer, eventId, actor, Buffer.from(value)],
      );
      return entry(row?.is_done === true);
    });

/** Discards one dead letter. `entry` throws a refusal when there was none to discard. */
export const discardLetter =
  ({ pool }: Pick<ChangesDeps, 'pool'>) =>
  (
    service: string,
    letter: {
      consumer: string;
      eventId: string;
      actor: string;
      reason: string;
      request?: Request;
    },
    entry: Entry<boolean>,
  ): Promise<KeptChange> =>
    once(pool, letter.request, async (tx) => {
      const { consumer, eventId, actor, reason } = letter;
      const [row] = await query<{ is_done: boolean }>(
        tx.client,
        `SELECT ${identifier(service)}.discard_dead_letter($1, $2, $3, $4) AS is_done`,
        [consumer, eventId, actor, reason],
      );
      return entry(row?.is_done === true);
    });

/** Records an operation that changed nothing, i.e. a dry run. */
export const keepOperation =
  (pool: Pool) =>
  (operation: DoneOperation): Promise<void> =>
    withTransaction(pool, (tx) => insertOperation(tx, operation));
