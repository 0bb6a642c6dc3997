import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import { createHeldKeys } from '../domain/held-keys.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createTopicRules } from '../domain/topic-rules.ts';
import { claimParts } from './claim-parts.ts';

const { policyOf } = createTopicRules(
  [
    { name: 'skipping', partitions: 1, publish: { kind: 'skip', max_attempts: 2 } },
    { name: 'pick-up', partitions: 1, publish: { kind: 'pvz' } },
  ],
  () => 0,
);
const row = (topic: string, key: string, id: string): UnsentRow =>
  unsentRow({ tupleId: 'old', id, topic, key });
const part = (topic: string, ...rows: UnsentRow[]): RequestPart => ({ topic, partition: 0, rows });

/** A table in which some rows were moved since they were read. */
const setUp = (movedIds: string[] = []) => {
  const asked: string[] = [];
  const heldKeys = createHeldKeys();
  const claim = claimParts({
    policyOf,
    heldKeys,
    monotonicMs: () => 0,
    markProcessing: (_, rows) => {
      asked.push(...rows.map(({ id }) => id));
      const found = rows.filter(({ id }) => !movedIds.includes(id));
      return Promise.resolve(found.map((each) => ({ ...each, tupleId: 'new' })));
    },
  });
  return { asked, heldKeys, claim };
};

test('without a topic of pvz nothing is asked of the table, and nothing is copied', async () => {
  const { asked, claim } = setUp();
  const parts = [
    part('skipping', row('skipping', 'a', '1')),
    part('other', row('other', 'a', '2')),
  ];
  expect(await claim(1n, parts)).toBe(parts);
  expect(asked).toEqual([]);
});

test('rows of pvz are marked, and go on with their new tuple ids', async () => {
  const { asked, claim } = setUp();
  const parts = [
    part('skipping', row('skipping', 'a', '1')),
    part('pick-up', row('pick-up', 'a', '2'), row('pick-up', 'b', '3')),
  ];
  const claimed = await claim(1n, parts);
  expect(asked).toEqual(['2', '3']);
  expect(claimed.map(({ rows }) => rows.map(({ id, tupleId }) => `${id} ${tupleId}`))).toEqual([
    ['1 old'],
    ['2 new', '3 new'],
  ]);
});

test('a key of which a row was moved waits for the next pass, whole', async () => {
  const { heldKeys, claim } = setUp(['2']);
  const rows = [1, 2, 3].map((n) => row('pick-up', 'a', String(n)));
  const other = row('pick-up', 'b', '4');
  const claimed = await claim(1n, [part('pick-up', ...rows, other)]);
  expect(claimed.flatMap((each) => each.rows).map(({ id }) => id)).toEqual(['4']);
  expect([heldKeys.isBackedOff(rows[0]!), heldKeys.isBackedOff(other)]).toEqual([true, false]);
  expect(await setUp(['1', '2', '3']).claim(1n, [part('pick-up', ...rows)])).toEqual([]);
});

test('when the epoch has ended nothing is sent', async () => {
  const claim = claimParts({
    policyOf,
    heldKeys: createHeldKeys(),
    monotonicMs: () => 0,
    markProcessing: () => Promise.resolve('fenced'),
  });
  const parts = [part('pick-up', row('pick-up', 'a', '1'))];
  await expect(claim(1n, parts)).rejects.toMatchObject({ name: 'LeaseLost' });
});
