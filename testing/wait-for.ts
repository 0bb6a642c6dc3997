import { setTimeout as delay } from 'node:timers/promises';

export interface WaitForOptions {
  /** What is awaited; the error message uses it. */
  what: string;
  timeoutMs?: number;
  intervalMs?: number;
}

type Falsy = false | 0 | '' | null | undefined;

/**
 * Polls until the condition returns something truthy, and returns that. A condition that throws counts as not met;
 * when the time is up, its last error becomes the cause of the failure. The limit is no claim about speed: it is at
 * least ten times what a quick machine needs.
 */
export const waitFor = async <T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 120_000, intervalMs = 20 }: WaitForOptions,
): Promise<Exclude<T, Falsy>> => {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, Falsy>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms without success: ${what}`, { cause: lastError });
    }
    await delay(intervalMs);
  }
};

/**
 * Resolves with true when the promise settles in time; a sleep that would have lasted longer must then have been
 * woken.
 */
export const ends = async (asleep: Promise<unknown>): Promise<boolean> => {
  let isOver = false;
  void asleep.then(() => (isOver = true));
  return waitFor(() => isOver, { what: 'the sleep to end' });
};
