import { globSync } from 'node:fs';

/** Settings under which a process believes it is an hour later; undefined where faketime is not installed. */
export const anHourAhead = (): Record<string, string> | undefined => fakeClock({ FAKETIME: '+1h' });

/** The same by a file, e.g. `+1d`, which the process looks at each second: its clock can be set while it runs. */
export const clockFromFile = (file: string): Record<string, string> | undefined =>
  fakeClock({ FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: '1' });

const fakeClock = (settings: Record<string, string>): Record<string, string> | undefined => {
  const [library] = globSync([
    '/usr/lib/*/faketime/libfaketime.so.1',
    '/usr/lib/faketime/libfaketime.so.1',
    '/usr/local/lib/faketime/libfaketime.so.1',
  ]);
  if (library === undefined) return undefined;
  // a clock that is set wrong does not stop timers: those run on the monotonic one
  const monotonic = { DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return { LD_PRELOAD: library, ...settings, ...monotonic };
};
