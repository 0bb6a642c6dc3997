-- What the publisher may do with an outbox. Run by the migration step after day-partitions.sql; safe to run again.
GRANT EXECUTE ON FUNCTION :schema.make_outbox_partitions(integer) TO publisher;
GRANT USAGE ON SCHEMA :schema TO publisher;
GRANT SELECT ON :schema.outbox, :schema.outbox_seq_seq TO publisher;
GRANT UPDATE (status, is_waiting, error, attempts, last_attempt_at, sent_at, partition, "offset", headers) ON :schema.outbox TO publisher;
-- one column to update, because a row may only be locked FOR SHARE with that
GRANT SELECT, UPDATE (error) ON :schema.outbox_failed TO publisher;
