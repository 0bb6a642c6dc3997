/*
 * The unsent rows of an outbox, as conditions of SQL. Each is that of one partial index: it stands in every
 * question as it stands here, so that the planner finds the index.
 */

/** To be sent: what the publisher reads. */
export const isToBeSent = 'sent_at IS NULL AND error IS NULL AND NOT is_waiting';

/** Behind a FAILED one of its key: not read again until the key is released. */
export const isWaiting = 'sent_at IS NULL AND is_waiting';

/** FAILED, once `status = 'FAILED'` is asked, too: no index has `status`, which policy `pvz` changes twice a row. */
export const hasError = 'sent_at IS NULL AND error IS NOT NULL';
