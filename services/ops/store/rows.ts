import type { OutboxEvent } from '../domain/event.ts';

/** A row as `eventColumns` reads it. */
export interface EventRow {
  id: string;
  topic: string;
  key: string;
  sequence: bigint;
  event_type: string;
  status: Exclude<OutboxEvent['status'], 'DISCARDED'>;
  is_waiting: boolean;
  error: string | null;
  attempts: number;
  bucket: number;
  seq: bigint;
  headers: Record<string, string>;
  created_at: Date;
  last_attempt_at: Date | null;
  sent_at: Date | null;
  partition: number | null;
  offset: bigint | null;
  moved_at: Date | null;
  discarded_at: Date | null;
  discarded_by: string | null;
  discard_reason: string | null;
}

const shared = `id, topic, key, sequence, event_type, payload, status, is_waiting, error, attempts, bucket, seq,
  headers, created_at, last_attempt_at, sent_at, partition, "offset"`;
const moved = ['moved_at timestamptz', 'discarded_at timestamptz', 'discarded_by text'];

/** Both tables of an outbox as one relation `e`. */
export const eventsOf = (outbox: string): string => `(
  SELECT ${shared}, ${[...moved, 'discard_reason text'].map(nothing).join(', ')} FROM ${outbox}
  UNION ALL
  SELECT ${shared}, moved_at, discarded_at, discarded_by, discard_reason FROM ${outbox}_failed) e`;

/** Events that failed and were not discarded. */
export const isFailed = `e.sent_at IS NULL AND e.error IS NOT NULL AND e.status = 'FAILED'
  AND e.discarded_at IS NULL`;

export const eventColumns = `e.id::text, e.topic, e.key, e.sequence, e.event_type, e.status::text, e.is_waiting, e.error,
  e.attempts, e.bucket, e.seq, e.headers, e.created_at, e.last_attempt_at, e.sent_at, e.partition,
  e."offset", e.moved_at, e.discarded_at, e.discarded_by, e.discard_reason`;

export const toEvent = (source: string, row: EventRow): OutboxEvent => ({
  source,
  topic: row.topic,
  key: row.key,
  sequence: row.sequence,
  id: row.id,
  eventType: row.event_type,
  status: row.discarded_at === null ? row.status : 'DISCARDED',
  isWaiting: row.is_waiting,
  error: row.error ?? '',
  attempts: row.attempts,
  bucket: row.bucket,
  seq: row.seq,
  headers: row.headers,
  createdAt: row.created_at,
  lastAttemptAt: known(row.last_attempt_at),
  sentAt: known(row.sent_at),
  partition: known(row.partition),
  offset: known(row.offset),
  movedAt: known(row.moved_at),
  discardedAt: known(row.discarded_at),
  discardedBy: row.discarded_by ?? '',
  discardReason: row.discard_reason ?? '',
});

const known = <T>(value: T | null): T | undefined => value ?? undefined;

function nothing(column: string): string {
  const [name = '', type = ''] = column.split(' ');
  return `NULL::${type} AS ${name}`;
}
