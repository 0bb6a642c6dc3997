import { createLogger } from '#platform/base/logger.ts';
import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import { createHeldKeys } from '../domain/held-keys.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createTopicRules } from '../domain/topic-rules.ts';
import { createFailedSends } from './failed-sends.ts';
import { handleRefused } from './refused-rows.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const nowMs = 10_000;
const backoff = { firstMs: 500, maxMs: 10_000 };

const { policyOf } = createTopicRules(
  [
    { name: 'blocking', partitions: 1, publish: { kind: 'default', max_attempts: 2 } },
    { name: 'skipping', partitions: 1, publish: { kind: 'skip', max_attempts: 2 } },
    { name: 'pick-up', partitions: 1, publish: { kind: 'pvz' } },
  ],
  () => 0,
);

const row = (topic: string, key = 'a'): UnsentRow =>
  unsentRow({ id: `${topic}-${key}`, topic, key });

/** A table that counts attempts of each row, or answers as if it could not. */
const setUp = (answer?: 'fenced' | 'moved') => {
  const attempts = new Map<string, number>();
  const causes: string[] = [];
  let looks = 0;
  const heldKeys = createHeldKeys();
  const count = ({ id }: UnsentRow, most: number) => {
    const now = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, now);
    return { id, attempts: now, hasFailed: now >= most };
  };
  const common = {
    policyOf,
    heldKeys,
    monotonicMs: () => nowMs,
    logger,
    countRefused: () => undefined,
  };
  const failedSends = createFailedSends({
    ...common,
    countFailedSends: (_, rows, cause) => {
      causes.push(cause);
      if (answer === 'fenced') return Promise.resolve(answer);
      return Promise.resolve(answer === 'moved' ? [] : rows.map((each) => count(each, 3)));
    },
  });
  const onRefused = handleRefused({
    ...common,
    failedSends,
    refreshBlocked: () => (looks += 1),
    backoff,
    recordAttempt: (_, { row: refused, maxAttempts }) =>
      Promise.resolve(answer ?? count(refused, maxAttempts)),
  });
  /** Whether the key is backed off for longer than `ms`? */
  const backsOffAfter = (held: UnsentRow, ms: number) => {
    heldKeys.endBackoffs(nowMs + ms);
    return heldKeys.isBackedOff(held);
  };
  return { attempts, causes, heldKeys, failedSends, onRefused, backsOffAfter, looks: () => looks };
};

const refuse = async (
  onRefused: ReturnType<typeof setUp>['onRefused'],
  refused: UnsentRow,
  times: number,
) => {
  for (let i = 0; i < times; i += 1) await onRefused(1n, refused, 'message-too-large');
};

test.each(['blocking', 'skipping'])(
  '%s: between two attempts the key is backed off',
  async (topic) => {
    const { onRefused, heldKeys, backsOffAfter } = setUp();
    await refuse(onRefused, row(topic), 1);
    expect(heldKeys.isBlocked(row(topic))).toBe(false);
    expect(backsOffAfter(row(topic), backoff.firstMs / 2 - 1)).toBe(true);
    expect(backsOffAfter(row(topic), backoff.firstMs)).toBe(false);
  },
);

test('default: the last attempt blocks the key, and no other', async () => {
  const { onRefused, heldKeys } = setUp();
  await refuse(onRefused, row('blocking'), 2);
  expect(heldKeys.isBlocked(row('blocking'))).toBe(true);
  expect(heldKeys.isBlocked(row('blocking', 'b'))).toBe(false);
  expect(heldKeys.isBlocked(row('skipping'))).toBe(false);
});

test.each([
  ['skipping', 2],
  ['pick-up', 3],
])(
  '%s: after the last attempt later rows go on, though not in the same pass',
  async (topic, most) => {
    const { onRefused, heldKeys } = setUp();
    await refuse(onRefused, row(topic), most - 1);
    heldKeys.clear();
    await refuse(onRefused, row(topic), 1);
    expect(heldKeys.isBlocked(row(topic))).toBe(false);
    expect(heldKeys.isBackedOff(row(topic))).toBe(true);
    heldKeys.endBackoffs(nowMs);
    expect(heldKeys.isBackedOff(row(topic))).toBe(false);
  },
);

test('pvz: between two attempts the key is backed off for two seconds', async () => {
  const { onRefused, backsOffAfter, causes } = setUp();
  await refuse(onRefused, row('pick-up'), 1);
  expect(backsOffAfter(row('pick-up'), 1_999)).toBe(true);
  expect(backsOffAfter(row('pick-up'), 2_000)).toBe(false);
  expect(causes).toEqual(['message-too-large']);
});

test('an attempt is taken from rows of pvz that could not be sent, and from no others', async () => {
  const { failedSends, attempts, causes, backsOffAfter } = setUp();
  const part = (topic: string, ...rows: UnsentRow[]) => ({ topic, partition: 0, rows });
  const parts = [
    part('blocking', row('blocking')),
    part('skipping', row('skipping')),
    part('pick-up', row('pick-up', 'a'), row('pick-up', 'b')),
  ];
  const error = Object.assign(new Error('no broker'), { reason: 'connection' });
  await failedSends.onUnsent(1n, parts, error);
  expect([...attempts]).toEqual([
    ['pick-up-a', 1],
    ['pick-up-b', 1],
  ]);
  expect(causes).toEqual(['connection: no broker']);
  expect(backsOffAfter(row('pick-up', 'b'), 1_999)).toBe(true);
  await failedSends.onUnsent(1n, parts.slice(0, 2), error);
  expect(causes).toHaveLength(1);
});

test.each(['blocking', 'pick-up'])(
  '%s: a row that was moved waits for the next pass',
  async (topic) => {
    const { onRefused, heldKeys, backsOffAfter } = setUp('moved');
    await refuse(onRefused, row(topic), 1);
    expect(heldKeys.isBackedOff(row(topic))).toBe(true);
    expect(backsOffAfter(row(topic), 0)).toBe(false);
  },
);

test('after a row that was moved the blocked keys are read again: it may be FAILED', async () => {
  const { onRefused, looks } = setUp('moved');
  await refuse(onRefused, row('blocking'), 1);
  expect(looks()).toBe(1);
});

test.each(['blocking', 'pick-up'])(
  '%s: when the epoch has ended the lease is lost',
  async (topic) => {
    const { onRefused } = setUp('fenced');
    await expect(refuse(onRefused, row(topic), 1)).rejects.toMatchObject({ name: 'LeaseLost' });
  },
);
