import { sleep } from './sleep.ts';
import { createPause } from '../messaging/timer/pause.ts';

const day = 86_400_000;
const over = Symbol('over');

/** Resolves with whether the wait lasts longer than 50 ms; a timer whose time overflowed would end at once. */
const lasts = async (waiting: Promise<unknown>): Promise<boolean> => {
  const turns = new Promise((resolve) => setTimeout(resolve, 50));
  return (await Promise.race([waiting.then(() => over), turns])) !== over;
};

test.each([25, 30, 50, 365])('a sleep of %d days is not over at once', async (days) => {
  const stop = new AbortController();
  const asleep = sleep(days * day, stop.signal);
  const paused = createPause(stop.signal).sleep(days * day);
  expect(await lasts(asleep)).toBe(true);
  expect(await lasts(paused)).toBe(true);
  stop.abort();
  await Promise.all([asleep, paused]);
});
