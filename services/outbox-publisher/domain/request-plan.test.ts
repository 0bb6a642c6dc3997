import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import { planRequest, type PlanRules } from './request-plan.ts';
import type { UnsentRow } from './row.ts';

const row = (bucket: number, seq: number, key: string, payload = '{}'): UnsentRow =>
  unsentRow({
    tupleId: `(0,${seq})`,
    id: `id-${seq}`,
    topic: 'orders',
    key,
    payload,
    bucket,
    seq: String(seq),
  });

const rules: PlanRules = {
  partitionOf: (topic, key) => (topic === 'orders' ? Number(key.slice(1)) % 2 : undefined),
  isBlocked: () => false,
  isBackedOff: () => false,
  isPartitionBackedOff: () => false,
  maxMessageBytes: 1_000_000,
  maxPartBytes: 900_000,
  maxPartRows: 1_000,
};

const keysOf = (rows: readonly UnsentRow[]) => rows.map(({ key, seq }) => `${key}:${seq}`);

test('rows go to the part of their partition, in the order read', () => {
  const plan = planRequest(
    [row(1, 1, 'k0'), row(1, 4, 'k1'), row(2, 2, 'k2'), row(2, 3, 'k0')],
    rules,
  );
  expect(plan.parts.map(({ partition, rows }) => [partition, keysOf(rows)])).toEqual([
    [0, ['k0:1', 'k2:2', 'k0:3']],
    [1, ['k1:4']],
  ]);
  expect([...plan.cursors]).toEqual([
    [1, '4'],
    [2, '3'],
  ]);
});

test('a full partition ends its bucket there, and the cursor stays before the row left out', () => {
  const rows = [row(1, 1, 'k0'), row(1, 2, 'k2'), row(1, 3, 'k1'), row(2, 4, 'k3')];
  const plan = planRequest(rows, { ...rules, maxPartRows: 1 });
  expect(plan.parts.map(({ rows: sent }) => keysOf(sent))).toEqual([['k0:1'], ['k3:4']]);
  expect([...plan.cursors]).toEqual([
    [1, '1'],
    [2, '4'],
  ]);
});

test('a message as large as the part allows goes alone rather than never', () => {
  const large = 'x'.repeat(950_000);
  const plan = planRequest([row(1, 1, 'k0', large), row(1, 2, 'k2')], rules);
  expect(plan.parts.map(({ rows }) => keysOf(rows))).toEqual([['k0:1']]);
});

test('what can never be sent is named, and holds back the later rows of its key only', () => {
  const large = 'x'.repeat(1_000_000);
  const plan = planRequest([row(1, 1, 'k0', large), row(1, 2, 'k0'), row(1, 3, 'k2')], rules);
  expect(plan.unsendable.map(({ row: { key }, reason }) => [key, reason])).toEqual([
    ['k0', 'message-too-large'],
  ]);
  expect(plan.parts.map(({ rows }) => keysOf(rows))).toEqual([['k2:3']]);
  expect(plan.cursors.get(1)).toBe('3');
});

test.each([
  ['payload', { payload: 'я'.repeat(500_000) }],
  ['key', { key: 'я'.repeat(250_000) }],
  ['event type', { eventType: 'я'.repeat(500_000) }],
  ['header', { headers: { last_error: 'я'.repeat(500_000) } }],
])('bytes are measured, not characters: %s', (_, part) => {
  const plan = planRequest([{ ...row(1, 1, 'k0'), ...part }], rules);
  expect(plan.unsendable).toMatchObject([{ reason: 'message-too-large' }]);
});

test('a header that is not text does not hinder the others', () => {
  const headers = {
    retries: 7,
    nothing: null,
    odd: { toString: null },
  } as unknown as UnsentRow['headers'];
  const plan = planRequest([{ ...row(1, 1, 'k0'), headers }, row(1, 2, 'k2')], rules);
  expect(plan.parts.map(({ rows }) => keysOf(rows))).toEqual([['k0:1', 'k2:2']]);
});

test.each([Infinity, -Infinity, 9e15])(
  'a row created at %p cannot be sent at all',
  (createdAtMs) => {
    const plan = planRequest([{ ...row(1, 1, 'k0'), createdAtMs }, row(1, 2, 'k2')], rules);
    expect(plan.unsendable).toMatchObject([{ reason: 'cannot-encode' }]);
    expect(plan.parts.map(({ rows }) => keysOf(rows))).toEqual([['k2:2']]);
  },
);

test('rows of a backed-off partition are skipped', () => {
  const plan = planRequest([row(1, 1, 'k0'), row(1, 2, 'k1'), row(1, 3, 'k2')], {
    ...rules,
    isPartitionBackedOff: (topic, partition) => topic === 'orders' && partition === 0,
  });
  expect(plan.parts.map(({ rows }) => keysOf(rows))).toEqual([['k1:2']]);
  expect(plan.cursors).toEqual(new Map([[1, '3']]));
  const first = new Map([[1, '1']]);
  expect([plan.backedOff, plan.firstUnsent]).toEqual([
    [{ topic: 'orders', partition: 0, first }],
    new Map(),
  ]);
});

test('a row too large is not refused while earlier ones of its key are backed off with their partition', () => {
  const large = 'x'.repeat(1_000_000);
  const isPartitionBackedOff = () => true;
  const rows = [row(1, 1, 'k0'), row(1, 2, 'k0', large)];
  expect(planRequest(rows, { ...rules, isPartitionBackedOff })).toMatchObject({ unsendable: [] });
});

test('the first row that is not sent is reported, and the reason', () => {
  const rows = [row(1, 1, 'k0'), row(1, 2, 'k2'), row(1, 3, 'k4'), row(2, 4, 'k1')];
  const plan = planRequest(rows, { ...rules, maxPartRows: 1 });
  expect(plan.firstUnsent).toEqual(new Map([[1, '2']]));
});

test('a topic that the manifest does not know is no partition 0', () => {
  const plan = planRequest([{ ...row(1, 1, 'k0'), topic: 'other' }], rules);
  expect(plan.unsendable).toMatchObject([{ reason: 'unknown-topic' }]);
});

test('rows behind a failed one wait, rows of a backed-off key are skipped', () => {
  const plan = planRequest([row(1, 1, 'k0'), row(1, 2, 'k1'), row(1, 3, 'k2')], {
    ...rules,
    isBlocked: ({ key }) => key === 'k0',
    isBackedOff: ({ key }) => key === 'k1',
  });
  expect(keysOf(plan.waiting)).toEqual(['k0:1']);
  expect(plan.parts.map(({ rows }) => keysOf(rows))).toEqual([['k2:3']]);
});
