import { timerMs } from '../../base/timer-ms.ts';

/**
 * Waits for a promise, but no longer than `limitMs`; resolves with true when it settled. A rejection is
 * swallowed, because this is for closing.
 */
export const settledWithin = async (
  promise: Promise<unknown>,
  limitMs: number,
): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timerMs(limitMs));
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, limit]);
  } finally {
    clearTimeout(timer);
  }
};

/** Settles as the promise does, or rejects with `onLimit()` when it takes longer than `limitMs`. */
export const within = async <T>(
  promise: Promise<T>,
  limitMs: number,
  onLimit: () => Error,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onLimit()), timerMs(limitMs));
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
};
