/** The `error` of a row behind a FAILED one of its key: it is not read until the key is released. */
export const waitingError = 'waits behind a failed event of its key';
