const hourMs = 3_600_000;

/** Settings under which a Node process believes it is an hour later. */
export const anHourAhead = (): Record<string, string> => ({
  ...preload,
  CLOCK_AHEAD_MS: String(hourMs),
});

/** The same by a file with milliseconds, which the process reads often: its clock can be set while it runs. */
export const clockFromFile = (file: string): Record<string, string> => ({
  ...preload,
  CLOCK_AHEAD_FILE: file,
});

// the monotonic clock goes on, as it does when the clock of a machine is set
const preload = { NODE_OPTIONS: `--import=${new URL('shift-clock.ts', import.meta.url).href}` };
