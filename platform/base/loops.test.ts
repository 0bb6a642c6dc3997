import { repeat, type RepeatOptions } from './loops.ts';
import type { Logger } from './logger.ts';

const setUp = (options: Partial<RepeatOptions> = {}) => {
  const logged: string[] = [];
  const pauses: number[] = [];
  const log = (level: string) => (facts: { retry_in_ms?: number }, message: string) => {
    logged.push(`${level} ${message}`);
    if (facts.retry_in_ms !== undefined) pauses.push(facts.retry_in_ms);
  };
  const stop = new AbortController();
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn') };
  const all = {
    name: 'counting',
    logger: logger as unknown as Logger,
    backoff: { firstMs: 2, maxMs: 8 },
    ...options,
  };
  return { all, logged, pauses, stop };
};

const failing = 'counting failed; retrying';

test('the first failure is a warning, those after it are not, and the end of the outage is said', async () => {
  const { all, logged, pauses, stop } = setUp();
  let runs = 0;
  await repeat(all, stop.signal, async () => {
    runs += 1;
    if (runs !== 5) throw new Error('away');
    stop.abort();
    return Promise.resolve();
  });
  expect(logged).toEqual([
    `warn ${failing}`,
    ...Array<string>(3).fill(`debug ${failing}`),
    'info counting works again',
  ]);
  const ceilings = [2, 4, 8, 8];
  pauses.forEach((ms, at) => expect(ms).toBeGreaterThanOrEqual((ceilings[at] ?? 0) / 2));
  pauses.forEach((ms, at) => expect(ms).toBeLessThanOrEqual(ceilings[at] ?? 0));
});

test('work that lasts resets the pause by progress, though it ends with a failure', async () => {
  const { all, logged, stop } = setUp();
  let runs = 0;
  await repeat(all, stop.signal, async (progress) => {
    runs += 1;
    if (runs === 2) progress();
    if (runs === 3) return 'end';
    return Promise.reject(new Error('away'));
  });
  expect(logged).toEqual([
    `warn ${failing}`,
    'info counting works again',
    `warn ${failing}`,
    'info counting works again',
  ]);
});

test('what fails because it is being stopped is not logged, and a pause ends at once', async () => {
  const { all, logged, stop } = setUp({ everyMs: 3_600_000 });
  const pausing = repeat(all, stop.signal, () => Promise.resolve());
  const cut = repeat(all, stop.signal, async () => {
    stop.abort();
    return Promise.reject(new Error('cut'));
  });
  await Promise.all([pausing, cut]);
  expect(logged).toEqual([]);
});

test('where another part reports the outage, nothing is louder than debug', async () => {
  const { all, logged, stop } = setUp({ level: 'debug' });
  let runs = 0;
  await repeat(all, stop.signal, async () => {
    runs += 1;
    if (runs === 1) throw new Error('away');
    return Promise.resolve('end');
  });
  expect(logged).toEqual([`debug ${failing}`, 'debug counting works again']);
});
