import { ends } from '../../../testing/wait-for.ts';
import { createPause } from './pause.ts';

const long = 3_600_000;
const { signal } = new AbortController();

test('a nearer timer cuts the sleep', async () => {
  const pause = createPause(signal);
  pause.begin();
  const slept = pause.sleep(long);
  pause.tell(10);
  expect(await ends(slept)).toBe(true);
});

test('one that was announced since the look is not slept over', async () => {
  const pause = createPause(signal);
  pause.begin();
  pause.tell(10);
  expect(await ends(pause.sleep(long))).toBe(true);
});

test('one that was announced before the look, or is further away, cuts nothing', async () => {
  const pause = createPause(signal);
  pause.tell(0);
  pause.begin();
  let isOver = false;
  const slept = pause.sleep(30).then(() => (isOver = true));
  pause.tell(long);
  await Promise.resolve();
  expect(isOver).toBe(false);
  expect(await ends(slept)).toBe(true);
});

test('an abort ends it, before or after', async () => {
  const abort = new AbortController();
  const slept = createPause(abort.signal).sleep(long);
  abort.abort();
  expect(await ends(slept)).toBe(true);
  expect(await ends(createPause(abort.signal).sleep(long))).toBe(true);
});
