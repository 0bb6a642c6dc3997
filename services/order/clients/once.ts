/** For what is done in a timer's transaction, which may take 4 s at the most: the timer itself tries again. */
export const once = { tries: 1, deadlineMs: 2_000 };
