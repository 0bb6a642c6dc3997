import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { prepareStatement } from '../../database/statement.ts';
import { encodeOutboxRows, type OutboxEvent } from './event.ts';

const columns = 'id, topic, key, sequence, event_type, payload, headers, bucket, created_at';

export interface InsertOutboxSql {
  schema: string;
  /** The parameter that holds `encodeOutboxRows(events)`, e.g. `$5`. */
  parameter: string;
  /** A relation of the same statement; nothing is inserted when it is empty. */
  onlyIf?: string;
  /** A relation of the same statement; only events whose key is in its column `key` are inserted. */
  onlyKeysOf?: string;
}

// Obtained before the first `seq`: a `seq` must never belong to a transaction that the publisher cannot see
// in progress (docs/decisions/0016).
const hasTransactionId = 'pg_current_xact_id() IS NOT NULL';

/**
 * Returns an INSERT to embed in a statement that changes state, so that both are one round trip and one
 * commit. Sorted by sequence, because `seq` (the publisher's reading order) is allocated in row order.
 */
export const insertOutboxSql = ({ schema, parameter, ...only }: InsertOutboxSql): string => `
  INSERT INTO ${identifier(schema)}.outbox (${columns})
  SELECT ${columns}
    FROM jsonb_to_recordset(${parameter}::jsonb) AS e(
      id uuid, topic text, key text, sequence bigint, event_type text, payload jsonb, headers jsonb,
      bucket smallint, created_at timestamptz)
   WHERE ${hasTransactionId} ${conditionOf(only)}
   ORDER BY e.sequence`;

const conditionOf = ({
  onlyIf,
  onlyKeysOf,
}: Pick<InsertOutboxSql, 'onlyIf' | 'onlyKeysOf'>): string => {
  if (onlyIf !== undefined) return `AND EXISTS (SELECT FROM ${identifier(onlyIf)})`;
  if (onlyKeysOf === undefined) return '';
  return `AND e.key IN (SELECT key FROM ${identifier(onlyKeysOf)})`;
};

/**
 * Inserts events into the outbox in the caller's transaction: they are published if and only if it commits.
 */
export const appendToOutbox = async (
  tx: { readonly client: Queryable },
  schema: string,
  events: readonly OutboxEvent[],
): Promise<void> => {
  const text = insertOutboxSql({ schema, parameter: '$1' });
  const insert = prepareStatement(`${schema}_append_to_outbox`, text);
  await insert(tx.client, [encodeOutboxRows(events)]);
};
