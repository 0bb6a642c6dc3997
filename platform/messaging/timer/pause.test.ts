import { createPause } from './pause.ts';

const long = 60_000;
const { signal } = new AbortController();

test('a nearer timer cuts the sleep', async () => {
  const pause = createPause(signal);
  pause.begin();
  const slept = pause.sleep(long);
  pause.tell(10);
  await slept;
});

test('one that was announced since the look is not slept over', async () => {
  const pause = createPause(signal);
  pause.begin();
  pause.tell(10);
  await pause.sleep(long);
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
  await slept;
});

test('an abort ends it, before or after', async () => {
  const abort = new AbortController();
  const slept = createPause(abort.signal).sleep(long);
  abort.abort();
  await slept;
  await createPause(abort.signal).sleep(long);
});
