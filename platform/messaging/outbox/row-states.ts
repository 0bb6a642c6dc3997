/*
 * The states of unsent rows of an outbox, as SQL conditions. Each is the predicate of one partial index:
 * every query must contain it literally, so that the planner finds the index.
 */

/** The row is to be sent; the publisher reads these rows. */
export const isToBeSent = 'sent_at IS NULL AND error IS NULL AND NOT is_waiting';

/** The row waits behind a FAILED row of its key, and is not read again until the key is released. */
export const isWaiting = 'sent_at IS NULL AND is_waiting';

/**
 * Together with `status = 'FAILED'`, the row is FAILED. No index contains `status`, because policy `pvz` changes it
 * twice per row.
 */
export const hasError = 'sent_at IS NULL AND error IS NOT NULL';
