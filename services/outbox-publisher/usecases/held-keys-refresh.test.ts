import { createHeldKeys } from '../domain/held-keys.ts';
import { createSeqFloor } from '../domain/seq-floor.ts';
import { createHeldKeysRefresh } from './held-keys-refresh.ts';

const assignment = { epoch: 1n, buckets: [1] };
const k = { topic: 't', key: 'k' };
const other = { topic: 't', key: 'other' };

/** A table that says what `answers` hold, in turn; the last one again and again. */
const setUp = (...answers: ((typeof k)[] | Error)[]) => {
  let nowMs = 0;
  let looks = 0;
  let onLook = (): void => undefined;
  const warnings: string[] = [];
  const heldKeys = createHeldKeys();
  const floor = createSeqFloor();
  const refresh = createHeldKeysRefresh({
    ...{ heldKeys, floor, monotonicMs: () => nowMs, pace: { floorMs: 60_000, maxPassMs: 1_000 } },
    listBlocked: () => {
      const answer = answers[Math.min(looks, answers.length - 1)] ?? [];
      looks += 1;
      onLook();
      return answer instanceof Array ? Promise.resolve(answer) : Promise.reject(answer);
    },
    logger: { warn: (_: unknown, text?: string) => void warnings.push(text ?? '') },
  });
  return {
    ...{ heldKeys, floor, refresh, warnings },
    before: (atMs: number) => {
      nowMs = atMs;
      return refresh.before(assignment);
    },
    looks: () => looks,
    at: (ms: number) => (nowMs = ms),
    onLook: (act: () => void) => (onLook = act),
    takes: (ms: number) => (onLook = () => (nowMs += ms)),
  };
};

test('it looks once for an assignment, and again each second while a key is blocked', async () => {
  const { before, looks, heldKeys } = setUp([k], []);
  await before(0);
  expect(heldKeys.isBlocked(k)).toBe(true);
  await before(999);
  expect(looks()).toBe(1);
  await before(1_000);
  expect(heldKeys.isBlocked(k)).toBe(false);
  await before(9_000);
  expect(looks()).toBe(2);
});

test('after a failure it looks again although no key is known to be blocked', async () => {
  const { before, refresh, heldKeys } = setUp([], [k]);
  await before(0);
  refresh.forget();
  await before(1);
  expect(heldKeys.isBlocked(k)).toBe(true);
});

test('the floor is taken back when a key is released, and when everything was forgotten', async () => {
  const { before, refresh, floor } = setUp([k, other], [k, other], [k], [k]);
  await before(0);
  floor.raise(new Map([[1, '100']]));
  await before(1_000);
  expect(floor.of(1)).toBe('100');
  await before(2_000);
  expect(floor.of(1)).toBe('0');
  floor.raise(new Map([[1, '200']]));
  refresh.forget();
  await before(2_001);
  expect(floor.of(1)).toBe('0');
});

test('reads begin at the very first row each minute, less often where that takes long', async () => {
  const { before, refresh, floor } = setUp([]);
  const begins = async (atMs: number) => {
    floor.raise(new Map([[1, '100']]));
    await before(atMs);
    return floor.of(1) === '0';
  };
  expect(await begins(0)).toBe(true);
  refresh.tookFirstRead(10);
  expect(await begins(59_999)).toBe(false);
  expect(await begins(60_000)).toBe(true);
  refresh.tookFirstRead(5_000);
  // reads that begin at a floor tell nothing
  refresh.tookFirstRead(60_000);
  expect(await begins(159_999)).toBe(false);
  expect(await begins(160_000)).toBe(true);
});

test('after a failure the floor stays: what was sent and marked is so', async () => {
  const { before, refresh, floor, looks } = setUp([]);
  await before(0);
  refresh.tookFirstRead(1);
  floor.raise(new Map([[1, '100']]));
  refresh.doubt();
  await before(1);
  expect([floor.of(1), looks()]).toEqual(['100', 2]);
});

test('when a read from the very first row fails, the floors are those from before, for a while', async () => {
  const { before, refresh, floor, at } = setUp([]);
  await before(0);
  refresh.tookFirstRead(1);
  floor.raise(new Map([[1, '100']]));
  await before(60_000);
  expect(floor.of(1)).toBe('0');
  at(64_000);
  refresh.doubt();
  expect(floor.of(1)).toBe('100');
  await before(143_999);
  expect(floor.of(1)).toBe('100');
  await before(144_000);
  expect(floor.of(1)).toBe('0');
  // rows became ours or were put back: then it must get through
  refresh.forget();
  await before(144_001);
  refresh.doubt();
  expect(floor.of(1)).toBe('0');
});

test('when a key was released meanwhile, a read that fails does not give the floors back', async () => {
  const { before, refresh, floor } = setUp([k], []);
  await before(0);
  refresh.tookFirstRead(1);
  floor.raise(new Map([[1, '100']]));
  await before(60_000);
  refresh.doubt();
  expect(floor.of(1)).toBe('0');
});

test('what is forgotten during a look is looked at once more', async () => {
  const { before, refresh, looks, onLook } = setUp([], [k]);
  onLook(() => {
    onLook(() => undefined);
    refresh.forget();
  });
  await before(0);
  await before(1);
  expect(looks()).toBe(2);
});

test('a look that takes long comes seldom', async () => {
  const { before, looks, takes } = setUp([k]);
  takes(500);
  await before(0);
  await before(9_999);
  expect(looks()).toBe(1);
  await before(10_000);
  expect(looks()).toBe(2);
});

test('a second look that fails leaves the keys blocked; the first one must not fail', async () => {
  const { before, heldKeys, warnings, refresh } = setUp([k], new Error('away'));
  await before(0);
  await before(1_000);
  expect(heldKeys.isBlocked(k)).toBe(true);
  expect(warnings).toHaveLength(1);
  refresh.forget();
  await expect(before(2_000)).rejects.toThrow('away');
});
