-- The functions with which an operator changes an inbox. They are SECURITY DEFINER, because the role ops
-- itself may only read the tables. Run by the migration step after day-partitions.sql; safe to run again.
--
-- Requeues a dead letter for the one consumer that gave it up, with all its attempts. If it blocks its key, it
-- stays at the head of the queue; otherwise it goes behind the messages of the key that wait now. Returns false if
-- there is no such dead letter, or if it was redriven or discarded already. It locks the key before the parked
-- message, and so waits for a try that is in progress, for at most 2 s.
--
-- With a value, the consumer tries that one, under the same id, key and sequence; the dead letter keeps what was
-- received. Without one it tries what was received, also when an edited value was given up before.
DROP FUNCTION IF EXISTS :schema.redrive_dead_letter(text, uuid, text);
CREATE OR REPLACE FUNCTION :schema.redrive_dead_letter(
  in_consumer text, in_event_id uuid, in_actor text, in_value bytea DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  letter :schema.inbox_dead_letters;
BEGIN
  SELECT * INTO letter FROM :schema.inbox_dead_letters d
   WHERE d.consumer = in_consumer AND d.event_id = in_event_id
     AND d.redriven_at IS NULL AND d.discarded_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO :schema.inbox_parked_keys AS k (consumer, topic, key, due_at)
  VALUES (letter.consumer, letter.topic, letter.key, clock_timestamp())
  ON CONFLICT (consumer, topic, key) DO UPDATE SET due_at = least(k.due_at, excluded.due_at);
  UPDATE :schema.inbox_parked p
     SET attempts = 0, hopeless_reason = NULL, dead_at = NULL, value = coalesce(in_value, letter.value)
   WHERE p.consumer = in_consumer AND p.topic = letter.topic AND p.key = letter.key AND p.event_id = in_event_id;
  IF NOT FOUND THEN
    INSERT INTO :schema.inbox_parked (event_id, consumer, topic, key, source, sequence, event_type, partition,
        "offset", key_bytes, value, headers, error)
    VALUES (letter.event_id, letter.consumer, letter.topic, letter.key, letter.source, letter.sequence,
        letter.event_type, letter.partition, letter."offset", letter.key_bytes,
        coalesce(in_value, letter.value), letter.headers,
        letter.error);
  END IF;
  UPDATE :schema.inbox SET outcome = 'PARKED' WHERE event_id = in_event_id AND consumer = in_consumer;
  UPDATE :schema.inbox_dead_letters d SET redriven_at = clock_timestamp(), redriven_by = in_actor
   WHERE d.consumer = in_consumer AND d.event_id = in_event_id;
  RETURN true;
END $$;

-- Discards a dead letter for good; if it blocked its key, the messages behind it go on. Returns false if there is
-- no such dead letter, or if it was redriven or discarded already.
CREATE OR REPLACE FUNCTION :schema.discard_dead_letter(
  in_consumer text, in_event_id uuid, in_actor text, in_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  letter record;
BEGIN
  UPDATE :schema.inbox_dead_letters d
     SET discarded_at = clock_timestamp(), discarded_by = in_actor, discard_reason = in_reason
   WHERE d.consumer = in_consumer AND d.event_id = in_event_id
     AND d.redriven_at IS NULL AND d.discarded_at IS NULL
  RETURNING d.topic, d.key INTO letter;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM :schema.inbox_parked p
   WHERE p.consumer = in_consumer AND p.topic = letter.topic AND p.key = letter.key AND p.event_id = in_event_id;
  IF FOUND THEN
    -- The letter blocked its key, which is due now: the retry loop tries the next message, or removes an empty key.
    UPDATE :schema.inbox_parked_keys SET due_at = clock_timestamp()
     WHERE consumer = in_consumer AND topic = letter.topic AND key = letter.key;
  END IF;
  UPDATE :schema.inbox SET outcome = 'DISCARDED' WHERE event_id = in_event_id AND consumer = in_consumer;
  RETURN true;
END $$;

REVOKE ALL ON FUNCTION :schema.redrive_dead_letter(text, uuid, text, bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.discard_dead_letter(text, uuid, text, text) FROM PUBLIC;
GRANT USAGE ON SCHEMA :schema TO ops;
GRANT SELECT ON :schema.inbox, :schema.inbox_positions, :schema.inbox_parked_keys, :schema.inbox_parked,
  :schema.inbox_dead_letters, :schema.inbox_held_partitions TO ops;
GRANT EXECUTE ON FUNCTION :schema.redrive_dead_letter(text, uuid, text, bytea) TO ops;
GRANT EXECUTE ON FUNCTION :schema.discard_dead_letter(text, uuid, text, text) TO ops;
