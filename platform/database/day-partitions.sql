-- The daily partitions of :table: one a day by the time in the UUID v7 id, `:table_low` for all ids below the
-- oldest day, `:table_high` for those from 2200 on, which are not v7. Between low and the last day made
-- ahead there is never a hole. Where there is a default partition (`:table_other`) it has the ids of days that
-- are not made yet, from a producer whose clock is ahead; each day takes its rows from it. Run by the migration
-- step for each schema that has such a table; safe to run again. SECURITY DEFINER, because not only the owner of the tables calls it.
CREATE OR REPLACE FUNCTION :schema.lowest_id_of(day date) RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT (lpad(to_hex((extract(epoch FROM day) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE OR REPLACE FUNCTION :schema.day_of_id(id uuid) RETURNS date
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT '1970-01-01'::date
    + (('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 86400000)::integer
$$;

-- From `low_id` (null: no lower end) to before `high_id` (null: no upper end); without the default partition.
CREATE OR REPLACE FUNCTION :schema.:table_partitions()
RETURNS TABLE (name text, low_id uuid, high_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT child.relname, substring(bound FROM 'FROM \(''([0-9a-f-]{36})''\)')::uuid,
         substring(bound FROM 'TO \(''([0-9a-f-]{36})''\)')::uuid
    FROM pg_catalog.pg_inherits
    JOIN pg_catalog.pg_class child ON child.oid = inhrelid
    CROSS JOIN LATERAL pg_get_expr(child.relpartbound, child.oid) AS bound
   WHERE inhparent = ':schema.:table'::regclass AND bound <> 'DEFAULT'
$$;

-- Makes nothing where there is a partition already: a wider one may cover the day.
CREATE OR REPLACE FUNCTION :schema.make_:table_partition(name text, low uuid, high uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '300ms' AS $$
BEGIN
  IF EXISTS (SELECT FROM :schema.:table_partitions() p
              WHERE (p.low_id IS NULL OR high IS NULL OR p.low_id < high)
                AND (p.high_id IS NULL OR low IS NULL OR p.high_id > low)) THEN
    RETURN;
  END IF;
  -- a row may die once, when it is marked: swept in steps of a twentieth, not of a fifth
  EXECUTE format('CREATE TABLE %I.%I (LIKE %1$I.:table INCLUDING ALL EXCLUDING IDENTITY)
    WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 10000)', ':schema_name', name);
  IF to_regclass(':schema.:table_other') IS NOT NULL THEN
    -- who waits for this lock makes every consumer wait behind it
    LOCK TABLE :schema.:table_other IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH moved AS (
        DELETE FROM %I.:table_other WHERE (%3$L IS NULL OR event_id >= %3$L) AND (%4$L IS NULL OR event_id < %4$L)
        RETURNING *) INSERT INTO %1$I.%2$I SELECT * FROM moved', ':schema_name', name, low, high);
  END IF;
  EXECUTE format('ALTER TABLE %I.:table ATTACH PARTITION %1$I.%2$I FOR VALUES FROM (%3$s) TO (%4$s)',
    ':schema_name', name, coalesce(quote_literal(low), 'MINVALUE'), coalesce(quote_literal(high), 'MAXVALUE'));
END $$;

-- Makes the partitions from yesterday (a clock behind) to `days` ahead, and one for all the days that
-- nobody made, while the database was off; tells how many days are there.
CREATE OR REPLACE FUNCTION :schema.make_:table_partitions(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  hole record;
BEGIN
  IF coalesce(days, 0) NOT BETWEEN 1 AND 60 THEN
    RAISE EXCEPTION 'days must be from 1 to 60, not %', days;
  END IF;
  -- two callers at once: the second finds everything made
  PERFORM pg_advisory_xact_lock(hashtext(':schema_name.:table'));
  IF to_regclass(':schema.:table_low') IS NULL THEN
    PERFORM :schema.make_:table_partition(':table_low', NULL, :schema.lowest_id_of(today - 1));
  END IF;
  PERFORM :schema.make_:table_partition(':table_high', :schema.lowest_id_of('2200-01-01'), NULL);
  FOR ahead IN -1 .. days LOOP
    PERFORM :schema.make_:table_partition(':table_' || to_char(today + ahead, 'YYYYMMDD'),
      :schema.lowest_id_of(today + ahead), :schema.lowest_id_of(today + ahead + 1));
  END LOOP;
  FOR hole IN
    SELECT high_id AS low, next_low_id AS high
      FROM (SELECT high_id, lead(low_id) OVER (ORDER BY low_id NULLS FIRST) AS next_low_id
              FROM :schema.:table_partitions() WHERE high_id IS NOT NULL) p
     WHERE high_id < next_low_id
  LOOP
    PERFORM :schema.make_:table_partition(':table_' || to_char(:schema.day_of_id(hole.low), 'YYYYMMDD'),
      hole.low, hole.high);
  END LOOP;
  RETURN days;
END $$;

REVOKE ALL ON FUNCTION :schema.make_:table_partition(text, uuid, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION :schema.make_:table_partitions(integer) FROM PUBLIC;
SELECT :schema.make_:table_partitions(3);
