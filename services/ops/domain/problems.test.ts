import type { GroupOverview, Overview, SourceFigures } from './overview.ts';
import { problemsOf } from './problems.ts';

const at = new Date('2026-11-30T10:00:00Z');
const calm: SourceFigures = {
  topics: ['loms.order-events'],
  createdPerSecond: 3,
  sentPerSecond: 3,
  backlogRows: 0,
  oldestAgeSeconds: 0,
  failedRows: 0,
  blockedKeys: 0,
  waitingRows: 0,
  isCapped: false,
};
const partition = { partition: 0, endOffset: 9n, leader: 'kafka-1:9092', error: '' };
const group: GroupOverview = {
  group: 'notifier',
  topic: 'loms.order-events',
  error: '',
  figures: {
    state: 'Stable',
    members: [{ clientId: 'notifier n1', host: '10.0.0.1', partitions: [0] }],
    partitions: [],
    perSecond: 3,
    lag: 400n,
  },
};
const publisher = { id: 'vm:1', leaseAgeSeconds: 0.4, isExpired: false, owned: [] };

interface Given {
  figures?: Partial<SourceFigures>;
  bucketsWithoutOwner?: number;
  rest?: Partial<Overview>;
}
const saysOf = ({ figures, bucketsWithoutOwner = 0, rest }: Given): string[] =>
  problemsOf({
    at,
    sources: [{ source: 'loms', error: '', bucketsWithoutOwner, figures: { ...calm, ...figures } }],
    publishers: { error: '', figures: [publisher] },
    topics: [
      { topic: 'loms.order-events', error: '', figures: { perSecond: 3, partitions: [partition] } },
    ],
    groups: [group],
    ...rest,
  }).map(({ says }) => says);

const withPartition = (changed: Partial<typeof partition>) => ({
  topics: [
    {
      topic: 'loms.order-events',
      error: '',
      figures: { perSecond: 3, partitions: [{ ...partition, ...changed }] },
    },
  ],
});
const nobody = { ...group, figures: { ...group.figures!, state: 'Empty', members: [] } };

test('a backlog, a lag and a hand-over are no problems: they mend themselves', () => {
  const figures = { backlogRows: 900, oldestAgeSeconds: 3 };
  expect(saysOf({ figures, bucketsWithoutOwner: 32 })).toEqual([]);
});

test.each<[string, Given, RegExp]>([
  ['FAILED', { figures: { failedRows: 2, blockedKeys: 1 } }, /^2 events of loms .*1 order wait/],
  ['no leader', { rest: withPartition({ leader: '' }) }, /\/0 has no leader/],
  [
    'not writable',
    { rest: withPartition({ error: 'timed out' }) },
    /timed out. Look at broker kaf/,
  ],
  ['no member', { rest: { groups: [nobody] } }, /^Nobody consumes .* 400 messages wait. Start/],
  [
    'no owner',
    { figures: { oldestAgeSeconds: 20 }, bucketsWithoutOwner: 32 },
    /^32 buckets of 64 of loms have no publisher/,
  ],
  [
    'no publisher',
    { figures: { oldestAgeSeconds: 20 }, rest: { publishers: { error: '', figures: [] } } },
    /^No outbox publisher runs/,
  ],
])('%s is one, with what to do', (_name, given, says) => {
  expect(saysOf(given)).toEqual([expect.stringMatching(says)]);
});

test('parts that are unknown for one reason are one problem, since the first of them', () => {
  const error = 'connect ECONNREFUSED';
  const since = new Date('2026-11-30T09:59:00Z');
  const problems = problemsOf({
    at,
    sources: [],
    publishers: { error: '', figures: [publisher] },
    topics: [{ topic: 'a', error, unknownSince: at }],
    groups: [{ group: 'b', topic: 'a', error, unknownSince: since }],
  });
  expect(problems).toEqual([{ says: expect.stringContaining(error), address: '', since }]);
});

test('when one consumer alone is unknown it is named, and the others are not', () => {
  const error = 'The coordinator is not available';
  const unknown = { group: 'b', topic: 'a', error, unknownSince: at };
  expect(saysOf({ rest: { groups: [group, unknown] } })).toEqual([
    `The figures of consumer b on a are unknown, and come back by themselves. The cause: ${error}`,
  ]);
  const many = Array.from({ length: 7 }, (_, index) => ({ ...unknown, group: `b${index}` }));
  expect(saysOf({ rest: { groups: [group, ...many] } })).toEqual([
    expect.stringContaining('consumer b4 on a and 2 more are unknown'),
  ]);
});
