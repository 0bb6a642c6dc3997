import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JsonObject } from '@bufbuild/protobuf';
import { identifier } from '../database/identifier.ts';
import type { Pool } from '../database/pool.ts';
import { prepareStatement } from '../database/statement.ts';

/** What a service has of a workflow whose events share a key, as workflow.v1 shows it; each list by time. */
export type FindWorkflow = (key: string) => Promise<{
  outbox: ReturnType<typeof toOutboxEvent>[];
  inbox: ReturnType<typeof toInboxEvent>[];
}>;

interface OutboxRow {
  id: string;
  event_type: string;
  payload: JsonObject;
  status: string;
  sequence: bigint;
  causation_id: string | null;
  created_at: Date;
  updated_at: Date;
}

interface InboxRow {
  consumer: string;
  event_id: string;
  event_type: string;
  taken_at: Date;
}

// A workflow has a handful of events; the limit is for a key that something has written to without end.
const maxRows = 500;

/**
 * Finds the events of a key in a service's outbox and inbox. The outbox needs the index by key (`hasKeyIndex`); a row
 * that has left it, after the retention, is not found.
 */
export const findWorkflow = (pool: Pool, schema: string, producer: string): FindWorkflow => {
  const at = identifier(schema);
  const selectOutbox = prepareStatement<OutboxRow>(
    `${schema}_workflow_outbox`,
    `SELECT id, event_type, payload, status, sequence, headers->>'causation-id' AS causation_id, created_at,
            coalesce(sent_at, last_attempt_at, created_at) AS updated_at
       FROM ${at}.outbox WHERE key = $1 ORDER BY created_at, seq LIMIT ${maxRows}`,
  );
  const selectInbox = prepareStatement<InboxRow>(
    `${schema}_workflow_inbox`,
    `SELECT consumer, event_id, event_type, taken_at
       FROM ${at}.inbox WHERE key = $1 AND outcome = 'HANDLED' ORDER BY taken_at, event_id LIMIT ${maxRows}`,
  );
  return async (key) => {
    const [outbox, inbox] = await Promise.all([
      selectOutbox(pool, [key]),
      selectInbox(pool, [key]),
    ]);
    return {
      outbox: outbox.map((row) => toOutboxEvent(row, key, producer)),
      inbox: inbox.map((row) => toInboxEvent(row, key)),
    };
  };
};

const toOutboxEvent = (row: OutboxRow, correlationId: string, producer: string) => ({
  id: row.id,
  eventType: row.event_type,
  payload: row.payload,
  status: row.status,
  sequence: row.sequence,
  correlationId,
  ...(row.causation_id !== null && { causationId: row.causation_id }),
  producer,
  createdAt: timestampFromDate(row.created_at),
  updatedAt: timestampFromDate(row.updated_at),
});

const toInboxEvent = (row: InboxRow, correlationId: string) => ({
  consumer: row.consumer,
  eventId: row.event_id,
  eventType: row.event_type,
  correlationId,
  processedAt: timestampFromDate(row.taken_at),
});
