-- Drops days past the retention: a message that old is not delivered again, and if it is, the position of its key
-- shows that it is late. Run by the migration step after day-partitions.sql; safe to run again.
--
-- Drops the oldest day if it is wholly older than the retention, and returns whether it did. It drops one day per
-- call and waits for a lock for at most 300 ms, because every consumer waits behind a session that waits for the
-- parent table. Every id must have a partition, so inbox_low takes over the range of the dropped day.
CREATE OR REPLACE FUNCTION :schema.drop_oldest_inbox_partition(retention_days integer) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '300ms' AS $$
DECLARE
  day record;
BEGIN
  IF coalesce(retention_days, 0) < 1 THEN
    RAISE EXCEPTION 'the inbox keeps its rows for at least 1 day, not %', retention_days;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext(':schema_name.inbox'));
  SELECT p.name, p.high_id INTO day
    FROM :schema.inbox_partitions() p, :schema.inbox_partitions() low
   WHERE low.name = 'inbox_low' AND p.low_id = low.high_id AND p.high_id
         <= :schema.lowest_id_of((clock_timestamp() AT TIME ZONE 'UTC')::date - retention_days);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  LOCK TABLE ONLY :schema.inbox IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('LOCK TABLE %I.inbox_low, %1$I.%2$I IN ACCESS EXCLUSIVE MODE NOWAIT', ':schema_name', day.name);
  ALTER TABLE :schema.inbox DETACH PARTITION :schema.inbox_low;
  EXECUTE format('DROP TABLE %I.%I', ':schema_name', day.name);
  EXECUTE format('ALTER TABLE %I.inbox ATTACH PARTITION %1$I.inbox_low FOR VALUES FROM (MINVALUE) TO (%2$L)',
    ':schema_name', day.high_id);
  RETURN true;
END $$;

-- Holds events of producers whose clocks are days ahead, so that no event is given up because of a wrong clock.
CREATE TABLE IF NOT EXISTS :schema.inbox_other PARTITION OF :schema.inbox DEFAULT;

REVOKE ALL ON FUNCTION :schema.drop_oldest_inbox_partition(integer) FROM PUBLIC;
