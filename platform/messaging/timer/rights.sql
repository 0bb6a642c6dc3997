-- Lets operators read the timers of a schema that has some. Run by the migration step; safe to run again.
DO $$ BEGIN
  IF to_regclass(':schema.timers') IS NOT NULL THEN
    GRANT USAGE ON SCHEMA :schema TO ops;
    GRANT SELECT ON :schema.timers TO ops;
  END IF;
END $$;
