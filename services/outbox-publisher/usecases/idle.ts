import { sleep } from '#platform/sleep.ts';

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
  let cut = new AbortController();
  return {
    wake: () => {
      isWoken = true;
      cut.abort();
    },
    takeWakeUp: () => {
      const was = isWoken;
      isWoken = false;
      return was;
    },
    sleep: async (ms, signal) => {
      if (isWoken) return;
      cut = new AbortController();
      await sleep(ms, AbortSignal.any([signal, cut.signal]));
    },
  };
};
