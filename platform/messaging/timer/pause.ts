import { timerMs } from '../../base/timer-ms.ts';

/** The sleep of one loop until its next timer, cut short when a nearer one is scheduled. */
export interface Pause {
  /** Say before looking for the next timer: what is scheduled from here on, the look may not see. */
  begin(): void;
  /** Resolves after `ms`, when a nearer timer has been told of since `begin`, or when the signal aborts. */
  sleep(ms: number): Promise<void>;
  /** A timer was scheduled and committed. Returns at once. */
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
