import { createHeldKeys } from '../domain/held-keys.ts';
import { createSeqFloor } from '../domain/seq-floor.ts';
import { createHeldKeysRefresh } from './held-keys-refresh.ts';

const assignment = { epoch: 1n, buckets: [1] };
const k = { topic: 't', key: 'k' };
const other = { topic: 't', key: 'other' };

const upTo = (seq: number) => ({
  from: new Map<number, string>(),
  upTo: new Map([[1, String(seq)]]),
  backedOff: [],
});

/** A table that says what `answers` hold, in turn; the last one again and again. */
const setUp = (...answers: ((typeof k)[] | Error)[]) => {
  let nowMs = 0;
  let looks = 0;
  let onLook = (): void => undefined;
  let belowFloors: () => Promise<boolean> = () => Promise.resolve(false);
  const looksBelow: string[] = [];
  const warnings: string[] = [];
  const heldKeys = createHeldKeys();
  const floor = createSeqFloor(() => false);
  const refresh = createHeldKeysRefresh({
    heldKeys,
    floor,
    monotonicMs: () => nowMs,
    pace: { floorMs: 60_000, maxPassMs: 1_000 },
    hasUnsentUpTo: (seqs) => {
      looksBelow.push(`${nowMs}: ${seqs.get(1)}`);
      return belowFloors();
    },
    listBlocked: () => {
      const answer = answers[Math.min(looks, answers.length - 1)] ?? [];
      looks += 1;
      onLook();
      return answer instanceof Array ? Promise.resolve(answer) : Promise.reject(answer);
    },
    logger: { warn: (_: unknown, text?: string) => void warnings.push(text ?? '') },
  });
  return {
    heldKeys,
    floor,
    refresh,
    warnings,
    looksBelow,
    below: (act: typeof belowFloors) => (belowFloors = act),
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

test('it reads once for an assignment, and again each second while a key is blocked', async () => {
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

test('a pause of the process during a refresh does not postpone the next one', async () => {
  const { before, heldKeys, takes } = setUp([k], []);
  takes(600_000);
  await before(0);
  expect(heldKeys.isBlocked(k)).toBe(true);
  await before(600_000);
  expect(heldKeys.isBlocked(k)).toBe(false);
});

test('after a failure it reads again although no key is known to be blocked', async () => {
  const { before, refresh, heldKeys } = setUp([], [k]);
  await before(0);
  refresh.forget();
  await before(1);
  expect(heldKeys.isBlocked(k)).toBe(true);
});

test('the floor is taken back when a key is released, and when everything was forgotten', async () => {
  const { before, refresh, floor } = setUp([k, other], [k, other], [k], [k]);
  await before(0);
  floor.raise(upTo(100));
  await before(1_000);
  expect(floor.of(1)).toBe('100');
  await before(2_000);
  expect(floor.of(1)).toBe('0');
  floor.raise(upTo(200));
  refresh.forget();
  await before(2_001);
  expect(floor.of(1)).toBe('0');
});

test('at intervals it checks for requeued rows below the floors, and resets the floors when there are any', async () => {
  const { before, floor, looksBelow, below } = setUp([]);
  await before(0);
  floor.raise(upTo(100));
  await before(59_999);
  await before(60_000);
  expect([looksBelow, floor.of(1)]).toEqual([['60000: 100'], '100']);
  below(() => Promise.resolve(true));
  await before(120_000);
  expect(floor.of(1)).toBe('0');
});

test('a pause of the process during a check does not postpone the next one', async () => {
  const { before, floor, looksBelow, below, at } = setUp([]);
  await before(0);
  floor.raise(upTo(100));
  below(() => {
    at(700_000);
    return Promise.resolve(false);
  });
  await before(60_000);
  await before(700_000);
  expect(looksBelow).toHaveLength(2);
});

test('a slow check is made less often, and a failed one leaves the floors', async () => {
  const { before, floor, looksBelow, below, at, warnings } = setUp([]);
  await before(0);
  floor.raise(upTo(100));
  below(() => {
    at(64_000);
    return Promise.reject(new Error('it took too long'));
  });
  await before(60_000);
  expect([floor.of(1), warnings.length]).toEqual(['100', 1]);
  await before(139_999);
  expect(looksBelow).toHaveLength(1);
  await before(140_000);
  expect(looksBelow).toHaveLength(2);
});

test('after a failure the floor stays: what was sent and marked is so', async () => {
  const { before, refresh, floor, looks } = setUp([]);
  await before(0);
  floor.raise(upTo(100));
  refresh.doubt();
  await before(1);
  expect([floor.of(1), looks()]).toEqual(['100', 2]);
});

test('once rows were forgotten or released, no failure gives the floors back', async () => {
  const { before, refresh, floor } = setUp([k], []);
  await before(0);
  floor.raise(upTo(100));
  await before(1_000);
  refresh.doubt();
  await before(1_001);
  expect(floor.of(1)).toBe('0');
});

test('what is discarded during a refresh is read once more', async () => {
  const { before, refresh, looks, onLook } = setUp([], [k]);
  onLook(() => {
    onLook(() => undefined);
    refresh.forget();
  });
  await before(0);
  await before(1);
  expect(looks()).toBe(2);
});

test('a slow refresh is made less often', async () => {
  const { before, looks, takes } = setUp([k]);
  takes(500);
  await before(0);
  await before(9_999);
  expect(looks()).toBe(1);
  await before(10_000);
  expect(looks()).toBe(2);
});

test('a later refresh that fails leaves the keys blocked; the first one must not fail', async () => {
  const { before, heldKeys, warnings, refresh } = setUp([k], new Error('away'));
  await before(0);
  await before(1_000);
  expect(heldKeys.isBlocked(k)).toBe(true);
  expect(warnings).toHaveLength(1);
  refresh.forget();
  await expect(before(2_000)).rejects.toThrow('away');
});

test('a key that is blocked while the table is asked stays blocked, though the answer is older', async () => {
  const { before, onLook, heldKeys } = setUp([k], [k], []);
  await before(0);
  onLook(() => heldKeys.block(other));
  await before(1_000);
  expect(heldKeys.isBlocked(other)).toBe(true);
  onLook(() => undefined);
  await before(2_000);
  expect(heldKeys.isBlocked(other)).toBe(false);
});
