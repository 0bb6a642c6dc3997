import { timerMs } from '../../base/timer-ms.ts';

/** The sleep of one loop until its next timer, which an earlier timer cuts short. */
export interface Pause {
  /** To be called before looking for the next timer, because that may miss timers that are scheduled from here on. */
  begin(): void;
  /**
   * Resolves after `ms`, when an earlier timer has been reported since `begin`, or when the signal aborts.
   */
  sleep(ms: number): Promise<void>;
  /** Reports that a timer was scheduled and committed. Returns at once. */
  tell(dueInMs: number): void;
}

export const createPause = (signal: AbortSignal): Pause => {
  let toldAtMs = Infinity;
  let wakesAtMs = -Infinity;
  let wake = (): void => undefined;
  return {
    begin: () => {
      toldAtMs = Infinity;
    },
    sleep: (ms) => {
      const nowMs = performance.now();
      wakesAtMs = nowMs + ms;
      if (signal.aborted || toldAtMs < wakesAtMs) return Promise.resolve();
      return new Promise((resolve) => {
        wake = () => {
          clearTimeout(timeout);
          signal.removeEventListener('abort', wake);
          wakesAtMs = -Infinity;
          resolve();
        };
        const timeout = setTimeout(wake, timerMs(ms));
        signal.addEventListener('abort', wake, { once: true });
      });
    },
    tell: (dueInMs) => {
      toldAtMs = Math.min(toldAtMs, performance.now() + dueInMs);
      if (toldAtMs < wakesAtMs) wake();
    },
  };
};
