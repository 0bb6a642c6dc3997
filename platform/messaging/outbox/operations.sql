-- The functions with which an operator changes an outbox. They are SECURITY DEFINER, because the role ops
-- itself may only read the tables. Run by the migration step after day-partitions.sql; safe to run again.
--
-- Each function first takes the lock under which partitions are created and dropped, so that operators take
-- turns and no FAILED row is moved to outbox_failed meanwhile. Then it locks the FAILED rows of the keys, in a
-- statement of its own. The publisher locks a FAILED row while it marks others as waiting behind it: by then it
-- has either finished or finds the row gone, and the statement that releases sees every row that was marked.
--
-- Rows are found by their ids and by the small indexes of unsent rows, whatever the statistics say, so the cost
-- of a change does not grow with the history.
CREATE OR REPLACE FUNCTION :schema.lock_failed_outbox(in_topics text[], in_keys text[]) RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
  RETURN ARRAY(SELECT o.id FROM :schema.outbox o
                WHERE o.sent_at IS NULL AND o.error IS NOT NULL AND o.status = 'FAILED'
                  AND (o.topic, o.key) IN (SELECT * FROM unnest(in_topics, in_keys))
                ORDER BY o.id FOR UPDATE)
      || ARRAY(SELECT f.id FROM :schema.outbox_failed f
                WHERE f.discarded_at IS NULL
                  AND (f.topic, f.key) IN (SELECT * FROM unnest(in_topics, in_keys))
                ORDER BY f.id FOR UPDATE);
END $$;

-- Requeues the FAILED rows of keys and the rows that wait behind them. `without_blocking` lists the topics in which
-- later events do not wait: there a FAILED event may be late, so it gets the header `redriven`. In other topics no
-- later event of the key can have been sent since it failed. This is not checked, because that would read the whole
-- history. (The one exception, a topic whose policy began to block while rows of it were FAILED, is described in
-- services/ops/README.md.)
CREATE OR REPLACE FUNCTION :schema.redrive_outbox(in_topics text[], in_keys text[], without_blocking text[])
RETURNS TABLE (topic text, key text, failed bigint, waiting bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  failed_ids uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext(':schema_name.outbox'));
  failed_ids := :schema.lock_failed_outbox(in_topics, in_keys);

  WITH back AS (DELETE FROM :schema.outbox_failed f
                 WHERE f.id = ANY (failed_ids) AND f.discarded_at IS NULL RETURNING *)
  INSERT INTO :schema.outbox (id, topic, key, sequence, event_type, payload, headers, bucket,
      attempts, last_attempt_at, created_at, seq)
  OVERRIDING SYSTEM VALUE
  SELECT id, topic, key, sequence, event_type, payload, headers, bucket, attempts,
      last_attempt_at, created_at, seq FROM back;
  -- The FAILED rows are marked as waiting, so that one index finds all rows; a row that fails from now on stays FAILED.
  UPDATE :schema.outbox o SET is_waiting = true WHERE o.id = ANY (failed_ids);

  RETURN QUERY
  WITH released AS (
    UPDATE :schema.outbox o
       SET status = 'CREATED', is_waiting = false, attempts = 0, error = NULL,
           headers = (o.headers - 'last_error') ||
             CASE WHEN o.topic = ANY (without_blocking)
               THEN '{"redriven": "true"}' ELSE '{}' END::jsonb
     WHERE o.sent_at IS NULL AND o.is_waiting
       AND (o.topic, o.key) IN (SELECT * FROM unnest(in_topics, in_keys))
    RETURNING o.topic, o.key, o.id)
  SELECT r.topic, r.key, count(*) FILTER (WHERE r.id = ANY (failed_ids)),
         count(*) FILTER (WHERE r.id <> ALL (failed_ids))
    FROM released r GROUP BY r.topic, r.key;
END $$;

-- Discards one FAILED row: it moves to outbox_failed, or is marked there, and if it was the last FAILED row of its
-- key, the waiting rows are released. The first event behind it names it in its header `discarded`, so that consumers
-- accept the gap. Returns no row if there is no such FAILED event; then nothing was changed.
CREATE OR REPLACE FUNCTION :schema.discard_outbox(in_id uuid, in_actor text, in_reason text)
RETURNS TABLE (released bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' SET enable_seqscan = off AS $$
DECLARE
  of_topic text;
  of_key text;
  failed_ids uuid[];
  given_up :schema.outbox_failed;
  released_rows bigint := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext(':schema_name.outbox'));
  SELECT o.topic, o.key INTO of_topic, of_key FROM (
    SELECT id, topic, key FROM :schema.outbox UNION ALL
    SELECT id, topic, key FROM :schema.outbox_failed) o WHERE o.id = in_id;
  failed_ids := :schema.lock_failed_outbox(ARRAY[of_topic], ARRAY[of_key]);
  IF in_id <> ALL (failed_ids) THEN
    RETURN;
  END IF;

  UPDATE :schema.outbox_failed
     SET discarded_at = clock_timestamp(), discarded_by = in_actor, discard_reason = in_reason
   WHERE id = in_id;
  WITH given_up AS (DELETE FROM :schema.outbox WHERE id = in_id RETURNING *)
  INSERT INTO :schema.outbox_failed (id, topic, key, sequence, event_type, payload, headers, bucket,
      status, error, attempts, last_attempt_at, created_at, seq, moved_at, discarded_at, discarded_by,
      discard_reason)
  SELECT id, topic, key, sequence, event_type, payload, headers, bucket, status, error, attempts,
      last_attempt_at, created_at, seq, clock_timestamp(), clock_timestamp(), in_actor, in_reason
    FROM given_up;

  SELECT * INTO given_up FROM :schema.outbox_failed WHERE id = in_id;
  -- The events behind it are waiting, FAILED, or so new that the publisher has not marked them as waiting yet.
  WITH behind AS (
    SELECT id, sequence FROM :schema.outbox
     WHERE sent_at IS NULL AND is_waiting
       AND bucket = given_up.bucket AND topic = of_topic AND key = of_key AND sequence > given_up.sequence
    UNION ALL
    SELECT id, sequence FROM :schema.outbox
     WHERE sent_at IS NULL AND error IS NOT NULL
       AND bucket = given_up.bucket AND topic = of_topic AND key = of_key AND sequence > given_up.sequence
    UNION ALL
    SELECT id, sequence FROM :schema.outbox
     WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting
       AND bucket = given_up.bucket AND topic = of_topic AND key = of_key AND sequence > given_up.sequence)
  UPDATE :schema.outbox
     SET headers = headers || jsonb_build_object('discarded',
           concat_ws(',', given_up.headers->>'discarded', given_up.sequence, headers->>'discarded'))
   WHERE id = (SELECT id FROM behind ORDER BY sequence LIMIT 1) AND sent_at IS NULL;

  IF cardinality(failed_ids) = 1 THEN
    UPDATE :schema.outbox SET is_waiting = false
     WHERE sent_at IS NULL AND is_waiting AND topic = of_topic AND key = of_key;
    GET DIAGNOSTICS released_rows = ROW_COUNT;
  END IF;
  RETURN QUERY SELECT released_rows;
END $$;

-- Requeues COMPLETED rows, and returns their ids. It passes over a row of a blocked key (which would wait there, and
-- be sent between the FAILED event and those behind it), and one that was sent in the last 6 s (the publisher may
-- repeat the statement that marks it within its lease of 5 s, and so would mark the requeued row as sent).
CREATE OR REPLACE FUNCTION :schema.replay_outbox(in_ids uuid[], without_blocking text[])
RETURNS TABLE (id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext(':schema_name.outbox'));
  RETURN QUERY
  WITH blocked AS MATERIALIZED (
    SELECT topic, key FROM :schema.outbox
     WHERE sent_at IS NULL AND is_waiting AND topic <> ALL (without_blocking)
    UNION
    SELECT topic, key FROM :schema.outbox
     WHERE sent_at IS NULL AND error IS NOT NULL AND topic <> ALL (without_blocking)
    UNION
    SELECT topic, key FROM :schema.outbox_failed
     WHERE discarded_at IS NULL AND topic <> ALL (without_blocking))
  UPDATE :schema.outbox o
     SET status = 'CREATED', sent_at = NULL, partition = NULL, "offset" = NULL, attempts = 0,
         error = NULL, is_waiting = false, headers = o.headers || '{"replayed": "true"}'
   WHERE o.id = ANY (in_ids) AND o.status = 'COMPLETED'
     AND o.sent_at < clock_timestamp() - interval '6 seconds'
     AND NOT EXISTS (SELECT FROM blocked b WHERE b.topic = o.topic AND b.key = o.key)
  RETURNING o.id;
END $$;

REVOKE ALL ON FUNCTION :schema.lock_failed_outbox(text[], text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.redrive_outbox(text[], text[], text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.discard_outbox(uuid, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.replay_outbox(uuid[], text[]) FROM PUBLIC;
GRANT USAGE ON SCHEMA :schema TO ops;
GRANT SELECT ON :schema.outbox, :schema.outbox_seq_seq, :schema.outbox_failed TO ops;
GRANT EXECUTE ON FUNCTION :schema.redrive_outbox(text[], text[], text[]) TO ops;
GRANT EXECUTE ON FUNCTION :schema.discard_outbox(uuid, text, text) TO ops;
GRANT EXECUTE ON FUNCTION :schema.replay_outbox(uuid[], text[]) TO ops;
