import { ends } from '../../../testing/wait-for.ts';
import { createIdle } from './idle.ts';

const never = new AbortController().signal;
const hourMs = 3_600_000;

test('a wake-up before the sleep makes it no sleep at all', async () => {
  const idle = createIdle();
  idle.wake();
  expect(await ends(idle.sleep(hourMs, never))).toBe(true);
  expect(idle.takeWakeUp()).toBe(true);
  expect(idle.takeWakeUp()).toBe(false);
});

test('a wake-up during the sleep ends it', async () => {
  const idle = createIdle();
  const asleep = idle.sleep(hourMs, never);
  idle.wake();
  expect(await ends(asleep)).toBe(true);
  expect(idle.takeWakeUp()).toBe(true);
});

test('an abort ends the sleep and is no wake-up', async () => {
  const abort = new AbortController();
  const idle = createIdle();
  const asleep = idle.sleep(hourMs, abort.signal);
  abort.abort();
  expect(await ends(asleep)).toBe(true);
  expect(idle.takeWakeUp()).toBe(false);
});
