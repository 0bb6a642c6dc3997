export interface Idle {
  /** Ends the current sleep, or the next one before it begins. */
  wake(): void;
  /** Tells whether it was woken since the last call, and resets that. */
  takeWakeUp(): boolean;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * A sleep that a wake-up cuts short. A wake-up is only a hint: the caller must look for work after every
 * sleep.
 */
export const createIdle = (): Idle => {
  let isWoken = false;
  let end = (): void => undefined;
  return {
    wake: () => {
      isWoken = true;
      end();
    },
    takeWakeUp: () => {
      const was = isWoken;
      isWoken = false;
      return was;
    },
    sleep: (ms, signal) => {
      if (isWoken || signal.aborted) return Promise.resolve();
      // called hundreds of times a second, so it makes no AbortController each time
      return new Promise((resolve) => {
        const timer = setTimeout(() => end(), ms);
        end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          end = () => undefined;
          resolve();
        };
        signal.addEventListener('abort', end);
      });
    },
  };
};
