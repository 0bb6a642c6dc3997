import { timerMs } from './timer-ms.ts';

/**
 * Resolves after `ms`, or at once when the signal aborts. Never rejects, because an interrupted sleep is no
 * error.
 */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, timerMs(ms));
    signal?.addEventListener('abort', wake, { once: true });
  });
