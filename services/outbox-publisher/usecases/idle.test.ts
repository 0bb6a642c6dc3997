import { createIdle } from './idle.ts';

const never = new AbortController().signal;

test('a wake-up before the sleep makes it no sleep at all', async () => {
  const idle = createIdle();
  idle.wake();
  await idle.sleep(60_000, never);
  expect(idle.takeWakeUp()).toBe(true);
  expect(idle.takeWakeUp()).toBe(false);
});

test('a wake-up during the sleep ends it', async () => {
  const idle = createIdle();
  const asleep = idle.sleep(60_000, never);
  idle.wake();
  await asleep;
});

test('an abort ends the sleep and is no wake-up', async () => {
  const abort = new AbortController();
  const idle = createIdle();
  const asleep = idle.sleep(60_000, abort.signal);
  abort.abort();
  await asleep;
  expect(idle.takeWakeUp()).toBe(false);
});
