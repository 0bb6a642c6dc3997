-- Grants the publisher its rights on an outbox. Run by the migration step after day-partitions.sql; safe to run again.
GRANT EXECUTE ON FUNCTION :schema.make_outbox_partitions(integer) TO publisher;
GRANT USAGE ON SCHEMA :schema TO publisher;
GRANT SELECT ON :schema.outbox, :schema.outbox_seq_seq TO publisher;
GRANT UPDATE (status, is_waiting, error, attempts, last_attempt_at, sent_at, partition, "offset", headers) ON :schema.outbox TO publisher;
-- The right to update one column is needed to lock a row FOR SHARE.
GRANT SELECT, UPDATE (error) ON :schema.outbox_failed TO publisher;
