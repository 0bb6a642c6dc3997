const hourMs = 3_600_000;

/** Settings with which a Node process believes that it is an hour later. */
export const anHourAhead = (): Record<string, string> => ({
  ...preload,
  CLOCK_AHEAD_MS: String(hourMs),
});

/**
 * Takes the offset, in milliseconds, from a file that the process reads often, so that the clock can change while it
 * runs.
 */
export const clockFromFile = (file: string): Record<string, string> => ({
  ...preload,
  CLOCK_AHEAD_FILE: file,
});

// the monotonic clock is unaffected, as when a machine's clock is set
const preload = { NODE_OPTIONS: `--import=${new URL('shift-clock.ts', import.meta.url).href}` };
