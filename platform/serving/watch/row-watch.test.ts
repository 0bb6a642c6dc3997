import { pino } from 'pino';
import { waitFor } from '../../../testing/wait-for.ts';
import { openRowWatch, type RowWatch } from './row-watch.ts';

interface Row {
  sequence: bigint;
}

const logger = pino({ level: 'silent' });
const never = new AbortController().signal;

let watch: RowWatch<bigint, Row>;
let table: Map<bigint, Row[]>;
let reads: Map<bigint, bigint>[];
let fault: Error | undefined;
let listeners = 0;
let hint = (): void => undefined;

beforeEach(() => {
  table = new Map();
  reads = [];
  fault = undefined;
  watch = openRowWatch<bigint, Row>({
    readAfter: (afterByKey) => {
      reads.push(new Map(afterByKey));
      if (fault) return Promise.reject(fault);
      const found = [...afterByKey].map(([key, after]) => {
        const rows = (table.get(key) ?? []).filter(({ sequence }) => sequence > after);
        return [key, rows] as const;
      });
      return Promise.resolve(new Map(found));
    },
    listen: async (onHint, signal) => {
      listeners += 1;
      hint = onHint;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      listeners -= 1;
    },
    logger,
  });
});
afterEach(async () => {
  await watch.close();
  expect(listeners).toBe(0);
});

const add = (key: bigint, ...sequences: bigint[]) =>
  table.set(key, [...(table.get(key) ?? []), ...sequences.map((sequence) => ({ sequence }))]);
const next = (key: bigint, after: bigint) => watch.next({ key, after }, never);

test('what is there comes at once, without a hint', async () => {
  add(1n, 1n, 2n);
  expect(await next(1n, 0n)).toEqual([{ sequence: 1n }, { sequence: 2n }]);
  expect(await next(1n, 1n)).toEqual([{ sequence: 2n }]);
});

test('a hint makes one read for all who wait, whatever they wait for', async () => {
  const waiting = [next(1n, 0n), next(1n, 2n), next(2n, 5n)];
  await waitFor(() => reads.some(({ size }) => size === 2), { what: 'a read of all' });
  const before = reads.length;
  add(1n, 1n, 2n, 3n);
  add(2n, 6n);
  for (let times = 0; times < 50; times += 1) hint();
  expect(await Promise.all(waiting)).toEqual([
    [{ sequence: 1n }, { sequence: 2n }, { sequence: 3n }],
    [{ sequence: 3n }],
    [{ sequence: 6n }],
  ]);
  expect(reads.slice(before)).toEqual([
    new Map([
      [1n, 0n],
      [2n, 5n],
    ]),
  ]);
});

test('without any hint the clock finds it', async () => {
  const waiting = next(1n, 0n);
  await waitFor(() => reads.length > 0, { what: 'the first read' });
  add(1n, 1n);
  expect(await waiting).toEqual([{ sequence: 1n }]);
});

test('a read that fails is tried again', async () => {
  fault = new Error('away');
  const waiting = next(1n, 0n);
  await waitFor(() => reads.length > 0, { what: 'a failed read' });
  fault = undefined;
  add(1n, 1n);
  expect(await waiting).toEqual([{ sequence: 1n }]);
});

test('who gives up is not read for any more', async () => {
  const { signal, abort } = abortable();
  const waiting = watch.next({ key: 1n, after: 0n }, signal);
  await waitFor(() => reads.length > 0, { what: 'the first read' });
  abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await expect(watch.next({ key: 1n, after: 0n }, signal)).rejects.toThrow('gone');
  add(2n, 1n);
  await next(2n, 0n);
  expect(reads.at(-1)).toEqual(new Map([[2n, 0n]]));
});

test('listens for the first who waits, no longer a while after the last, and anew for the next', async () => {
  expect(listeners).toBe(0);
  add(1n, 1n);
  await next(1n, 0n);
  expect(listeners).toBe(1);
  await waitFor(() => listeners === 0, { what: 'no listener' });
  const before = reads.length;
  await next(1n, 0n);
  expect(listeners).toBe(1);
  expect(reads.length).toBe(before + 1);
});

test('who comes while the reading ends starts it anew', async () => {
  const comeAfterTicks = async (ticks: number): Promise<void> => {
    let rouse = (): void => undefined;
    const own = openRowWatch<bigint, Row>({
      readAfter: (asked) => Promise.resolve(new Map([...asked.keys()].map((key) => [key, rows]))),
      listen: async (onHint, signal) => {
        rouse = onHint;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
      logger,
    });
    const rows = [{ sequence: 1n }];
    const ask = () => own.next({ key: 1n, after: 0n }, AbortSignal.timeout(9_000));
    await ask();
    const startedAtMs = performance.now();
    // just over the time that it lingers, and before the clock's next look
    await waitFor(() => performance.now() - startedAtMs > 5_030, {
      what: 'the end',
      timeoutMs: 60_000,
    });
    rouse();
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
    expect(await ask()).toEqual(rows);
    await own.close();
  };
  await Promise.all([0, 1, 2, 3, 4, 5].map(comeAfterTicks));
});

test('closing ends all waiting', async () => {
  const waiting = next(1n, 0n);
  const closing = watch.close();
  await expect(waiting).rejects.toThrow('closed');
  await closing;
});

const abortable = () => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: Error) => controller.abort(reason) };
};
