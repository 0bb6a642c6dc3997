import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { prepareStatement } from '../../database/statement.ts';
import type { ParkedMessage } from './parked-rows.ts';
import type { InboxName } from './inbox-rows.ts';

/**
 * Records a message whose dead letter was published, and removes it from the queue unless it blocks its key: then it
 * stays there and nothing of the key is due.
 */
export type RecordDeadLetter = (
  on: Queryable,
  message: ParkedMessage,
  isBlocking: boolean,
) => Promise<void>;

export const createRecordDeadLetter = ({ schema, consumer }: InboxName): RecordDeadLetter => {
  const at = identifier(schema);
  const record = prepareStatement<object>(
    `${schema}_inbox_record_dead_letter`,
    `WITH dead AS (
       INSERT INTO ${at}.inbox_dead_letters (event_id, consumer, topic, key, source, sequence, event_type,
         partition, "offset", key_bytes, value, headers, attempts, error, failed_at)
       SELECT event_id, consumer, topic, key, source, sequence, event_type, partition, "offset", key_bytes, value,
              headers, attempts, coalesce(error, ''), clock_timestamp()
         FROM ${at}.inbox_parked WHERE id = $1
       ON CONFLICT (consumer, event_id) DO UPDATE SET attempts = excluded.attempts, error = excluded.error,
         failed_at = excluded.failed_at, redriven_at = NULL, redriven_by = NULL
       RETURNING event_id
     ), noted AS (
       UPDATE ${at}.inbox SET outcome = 'DEAD'
        WHERE event_id = ANY (ARRAY(SELECT event_id FROM dead)) AND consumer = $2
     ), gone AS (
       DELETE FROM ${at}.inbox_parked WHERE id = $1 AND NOT $3::boolean
     ), stays AS (
       UPDATE ${at}.inbox_parked SET dead_at = clock_timestamp() WHERE id = $1 AND $3::boolean
       RETURNING topic, key
     )
     UPDATE ${at}.inbox_parked_keys k
        SET due_at = 'infinity', letter_since = NULL, letter_due_at = NULL, letter_error = NULL
       FROM stays WHERE k.consumer = $2 AND k.topic = stays.topic AND k.key = stays.key`,
  );
  return async (on, { rowId }, isBlocking) => {
    await record(on, [rowId, consumer, isBlocking]);
  };
};
