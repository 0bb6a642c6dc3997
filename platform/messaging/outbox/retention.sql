-- Drops days past the retention (docs/decisions/0010); unsent rows are never dropped. Run by the migration step after
-- day-partitions.sql; safe to run again. The functions are SECURITY DEFINER, because the publisher calls them and does
-- not own the tables.
CREATE OR REPLACE FUNCTION :schema.oldest_kept_id(retention_days integer) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(retention_days, 0) < 1 THEN
    RAISE EXCEPTION 'the outbox keeps its rows for at least 1 day, not %', retention_days;
  END IF;
  RETURN :schema.lowest_id_of((clock_timestamp() AT TIME ZONE 'UTC')::date - retention_days);
END $$;

-- Returns whether a partition has rows that the publisher would read or that wait; FAILED rows do not count, because
-- they are moved. These are three queries, each with its own partial index, and never a scan, whatever the statistics
-- say, because they run while the partition is locked.
CREATE OR REPLACE FUNCTION :schema.outbox_partition_has_unsent(name text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  answer boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting)
    OR EXISTS (SELECT FROM %1$I.%2$I WHERE sent_at IS NULL AND is_waiting)
    OR EXISTS (SELECT FROM %1$I.%2$I WHERE sent_at IS NULL AND error IS NOT NULL AND status <> ''FAILED'')',
    ':schema_name', name) INTO answer;
  RETURN answer;
END $$;

-- Returns the days wholly older than the retention, oldest first; `has_unsent` is the first look, without a lock. An
-- empty day between others is left out, so that its range keeps a partition, until it is the oldest.
CREATE OR REPLACE FUNCTION :schema.old_outbox_partitions(retention_days integer)
RETURNS TABLE (name text, is_oldest boolean, has_unsent boolean, high_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  oldest_kept uuid := :schema.oldest_kept_id(retention_days);
  has_rows boolean;
BEGIN
  FOR name, is_oldest, high_id IN
    SELECT p.name, p.low_id = low.high_id, p.high_id
      FROM :schema.outbox_partitions() p, :schema.outbox_partitions() low
     WHERE low.name = 'outbox_low' AND p.low_id IS NOT NULL AND p.high_id <= oldest_kept
     ORDER BY p.low_id
  LOOP
    BEGIN
      EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', ':schema_name', name) INTO has_rows;
      has_unsent := :schema.outbox_partition_has_unsent(name);
    EXCEPTION WHEN undefined_table THEN
      CONTINUE; -- Another publisher has just dropped this day.
    END;
    CONTINUE WHEN NOT (is_oldest OR has_rows);
    RETURN NEXT;
  END LOOP;
END $$;

-- Drops one day, or changes nothing. The outcome is `dropped`; `emptied` if an older day is kept, because every id must
-- have a partition; `kept-unsent`; `busy` if a lock could not be obtained in time; `gone` if the day is not there any
-- more or not old enough. `moved` is the number of FAILED rows that were moved to outbox_failed.
CREATE OR REPLACE FUNCTION :schema.drop_outbox_partition(
  partition text, retention_days integer, OUT outcome text, OUT moved bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- Every writer waits behind a session that waits for the parent table, so this wait is short.
SET lock_timeout = '300ms' SET enable_seqscan = off AS $$
DECLARE
  day record;
BEGIN
  moved := 0;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'this function needs isolation level read committed: it must see rows committed since its first check';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext(':schema_name.outbox'));
  SELECT * INTO day FROM :schema.old_outbox_partitions(retention_days) WHERE name = partition;
  IF NOT FOUND THEN
    outcome := 'gone';
    RETURN;
  END IF;
  IF day.is_oldest THEN
    -- The parent is locked first, as everywhere; while it is locked, the function must not wait for another lock.
    LOCK TABLE ONLY :schema.outbox IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('LOCK TABLE %I.outbox_low, %1$I.%2$I IN ACCESS EXCLUSIVE MODE NOWAIT', ':schema_name', partition);
  ELSE
    EXECUTE format('LOCK TABLE %I.%I IN ACCESS EXCLUSIVE MODE', ':schema_name', partition);
  END IF;
  -- This is the second look, because a row may have been committed while the function waited for the lock.
  IF :schema.outbox_partition_has_unsent(partition) THEN
    outcome := 'kept-unsent';
    RETURN;
  END IF;
  moved := :schema.keep_failed_outbox_rows(partition);
  IF day.is_oldest THEN
    -- outbox_low takes over the range of the day, so that a late or redriven event of it can be inserted.
    ALTER TABLE :schema.outbox DETACH PARTITION :schema.outbox_low;
    EXECUTE format('DROP TABLE %I.%I', ':schema_name', partition);
    EXECUTE format('ALTER TABLE %I.outbox ATTACH PARTITION %1$I.outbox_low FOR VALUES FROM (MINVALUE) TO (%2$L)',
      ':schema_name', day.high_id);
    outcome := 'dropped';
  ELSE
    EXECUTE format('TRUNCATE %I.%I', ':schema_name', partition);
    outcome := 'emptied';
  END IF;
EXCEPTION WHEN lock_not_available THEN
  outcome := 'busy';
  moved := 0;
END $$;

CREATE OR REPLACE FUNCTION :schema.keep_failed_outbox_rows(partition text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  moved bigint;
BEGIN
  EXECUTE format('INSERT INTO %I.outbox_failed (id, topic, key, sequence, event_type, payload, headers,
      bucket, status, error, attempts, last_attempt_at, created_at, seq, moved_at)
    SELECT id, topic, key, sequence, event_type, payload, headers,
      bucket, status, error, attempts, last_attempt_at, created_at, seq, clock_timestamp()
      FROM %1$I.%2$I WHERE sent_at IS NULL AND error IS NOT NULL', ':schema_name', partition);
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;

-- Deletes sent rows older than the retention from outbox_low and outbox_high, which are never dropped: at most
-- `max_rows` from each, so that no row is locked for long. Returns how many were deleted.
CREATE OR REPLACE FUNCTION :schema.delete_old_outer_rows(retention_days integer, max_rows integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before timestamptz := clock_timestamp() - make_interval(days => retention_days);
  deleted integer;
BEGIN
  PERFORM :schema.oldest_kept_id(retention_days);
  WITH low AS (
    DELETE FROM :schema.outbox_low WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM :schema.outbox_low
       WHERE status = 'COMPLETED' AND sent_at < before AND created_at < before
       LIMIT max_rows FOR UPDATE SKIP LOCKED)) RETURNING 1
  ), high AS (
    DELETE FROM :schema.outbox_high WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM :schema.outbox_high
       WHERE status = 'COMPLETED' AND sent_at < before AND created_at < before
       LIMIT max_rows FOR UPDATE SKIP LOCKED)) RETURNING 1
  )
  SELECT (SELECT count(*) FROM low) + (SELECT count(*) FROM high) INTO deleted;
  RETURN deleted;
END $$;

REVOKE ALL ON FUNCTION :schema.old_outbox_partitions(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.drop_outbox_partition(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.delete_old_outer_rows(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :schema.old_outbox_partitions(integer) TO publisher;
GRANT EXECUTE ON FUNCTION :schema.drop_outbox_partition(text, integer) TO publisher;
GRANT EXECUTE ON FUNCTION :schema.delete_old_outer_rows(integer, integer) TO publisher;
