/*
 * The states of unsent rows of an outbox, as SQL conditions. Each is the predicate of one partial index:
 * every query must contain it literally, so that the planner finds the index.
 */

/** To be sent: what the publisher reads. */
export const isToBeSent = 'sent_at IS NULL AND error IS NULL AND NOT is_waiting';

/** Behind a FAILED row of its key: not read again until the key is released. */
export const isWaiting = 'sent_at IS NULL AND is_waiting';

/**
 * FAILED, together with `status = 'FAILED'`: no index has `status`, which policy `pvz` changes twice per row.
 */
export const hasError = 'sent_at IS NULL AND error IS NOT NULL';
