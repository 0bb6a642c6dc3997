/**
 * Options of a call inside the transaction of a timer, which may take 4 s at most: the timer itself retries.
 */
export const once = { tries: 1, deadlineMs: 2_000 };
