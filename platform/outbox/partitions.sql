-- The outbox's partitions: one a day by the time in the UUID v7 id, one below and one above for ids
-- that are not v7. Run by the migration step for each schema that has an outbox; safe to run again.
-- SECURITY DEFINER, because the publisher calls it and does not own the tables.
CREATE OR REPLACE FUNCTION :schema.make_outbox_partition(name text, low uuid, high uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF to_regclass(format('%I.%I', ':schema_name', name)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE %I.%I (LIKE %1$I.outbox INCLUDING ALL EXCLUDING IDENTITY)', ':schema_name', name);
  EXECUTE format('ALTER TABLE %I.outbox ATTACH PARTITION %1$I.%2$I FOR VALUES FROM (%3$s) TO (%4$s)',
    ':schema_name', name, coalesce(quote_literal(low), 'MINVALUE'), coalesce(quote_literal(high), 'MAXVALUE'));
END $$;

CREATE OR REPLACE FUNCTION :schema.lowest_id_of(day date) RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT (lpad(to_hex((extract(epoch FROM day) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Makes the partitions from yesterday (a clock behind) to `days` ahead; tells how many days are there.
CREATE OR REPLACE FUNCTION :schema.make_outbox_partitions(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
  IF days NOT BETWEEN 1 AND 60 THEN
    RAISE EXCEPTION 'days must be from 1 to 60, not %', days;
  END IF;
  -- two callers at once: the second finds everything made
  PERFORM pg_advisory_xact_lock(hashtext(':schema_name.outbox'));
  PERFORM :schema.make_outbox_partition('outbox_low', NULL, :schema.lowest_id_of('2020-01-01'));
  PERFORM :schema.make_outbox_partition('outbox_high', :schema.lowest_id_of('2200-01-01'), NULL);
  FOR ahead IN -1 .. days LOOP
    PERFORM :schema.make_outbox_partition('outbox_' || to_char(today + ahead, 'YYYYMMDD'),
      :schema.lowest_id_of(today + ahead), :schema.lowest_id_of(today + ahead + 1));
  END LOOP;
  RETURN days;
END $$;

REVOKE ALL ON FUNCTION :schema.make_outbox_partition(text, uuid, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.make_outbox_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :schema.make_outbox_partitions(integer) TO publisher;
GRANT USAGE ON SCHEMA :schema TO publisher;
GRANT SELECT ON :schema.outbox, :schema.outbox_seq_seq TO publisher;
GRANT UPDATE (status, error, attempts, last_attempt_at, sent_at, partition, "offset", headers) ON :schema.outbox TO publisher;
-- one column to update, because a row may only be locked FOR SHARE with that
GRANT SELECT, UPDATE (error) ON :schema.outbox_failed TO publisher;
SELECT :schema.make_outbox_partitions(3);
