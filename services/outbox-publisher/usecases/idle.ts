export interface Idle {
  /** Ends the sleep that is under way, or the next one before it begins. */
  wake(): void;
  /** Tells whether it was woken since it was last asked, and forgets it. */
  takeWakeUp(): boolean;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A sleep that a wake-up cuts short. A hint only: whoever sleeps must look by itself when it is over. */
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
      // hundreds of times a second: without an AbortController for each
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
