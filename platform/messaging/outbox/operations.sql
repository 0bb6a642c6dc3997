-- What an operator may change in an outbox. SECURITY DEFINER: the role ops reads, and changes rows only
-- through these functions. Run by the migration step after day-partitions.sql; safe to run again.
--
-- Each begins with the lock under which partitions are made and dropped: operators take turns, and no day
-- is moved to outbox_failed meanwhile. Then it locks the FAILED rows of the keys, in a statement of its
-- own: the publisher, which holds on to a FAILED row while it marks others as waiting behind it, is
-- through or finds it gone, and the statement that releases sees all that was marked.
--
-- Rows are found by their ids and by the small indexes of unsent rows, whatever the statistics say: what a
-- change costs does not grow with the history.
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

-- Puts the FAILED rows of keys, and what waits behind them, back to be sent. `without_blocking` are the topics
-- in which later events do not wait: there a FAILED one may be late, and says `redriven`. Elsewhere nothing of
-- its key can have gone since it failed, and nobody looks: that would read the whole history. (Only a topic
-- whose policy began to block while rows of it were FAILED could tell otherwise: services/ops/README.md.)
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
  -- what has failed joins what waits: then all of it is found by one index; one that fails from now on stays
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

-- Gives one FAILED row up: it moves to outbox_failed, or is marked there, and when it was the last FAILED
-- one of its key, what waited goes on. The first event behind it names it in its header `discarded`: to
-- consumers it is a gap that is in order. No row: there is no such FAILED event, and nothing was changed.
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
  -- one that waits, one that has FAILED, or one that is so new that nobody has seen yet that it has to
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

-- Puts COMPLETED rows back to be sent again. Passed over: a row of a blocked key (it would wait there, and
-- be sent between what failed and what follows), and one that was sent a moment ago (the publisher's
-- statement that marks it may come twice within its lease of 5 s, and would mark it unsent).
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
GRANT SELECT ON :schema.outbox, :schema.outbox_failed TO ops;
GRANT EXECUTE ON FUNCTION :schema.redrive_outbox(text[], text[], text[]) TO ops;
GRANT EXECUTE ON FUNCTION :schema.discard_outbox(uuid, text, text) TO ops;
GRANT EXECUTE ON FUNCTION :schema.replay_outbox(uuid[], text[]) TO ops;
