import { createFindOut } from './find-out.ts';

const status = { topics: [], publishers: [], bucketsWithoutOwner: 0, unwritablePartitions: [] };

/** Looks at two outboxes, the publishers, two inboxes and Kafka. */
const start = () => {
  let nowMs = 0;
  let isClockKnown = false;
  let isKafkaAway = false;
  const asked: string[] = [];
  const pausesMs: number[] = [];
  const answer = <Answer>(part: string, figures: Answer): Promise<Answer> => {
    asked.push(part);
    isClockKnown = true;
    return Promise.resolve(figures);
  };
  const findOut = createFindOut({
    now: () => {
      if (!isClockKnown) throw new Error('the database has not answered yet');
      return new Date(nowMs);
    },
    sleep: (ms) => {
      pausesMs.push(ms);
      return Promise.resolve();
    },
    sources: ['loms', 'order'],
    topics: [],
    loadOutboxHead: (source) => answer(source, { created: 0n, newestTopic: undefined }),
    showSource: (source) => Promise.resolve({ source, ...status }),
    listPublishers: () => answer('publishers', []),
    listInboxes: () => answer('inboxes', ['assembly', 'booking']),
    showInbox: (service) => answer(service, []),
    observeKafka: async () => {
      const cluster = { topics: new Map(), groups: new Map(), groupsError: '' };
      await answer('kafka', cluster);
      if (isKafkaAway) throw new Error('no broker answers');
      return cluster;
    },
  });
  return {
    pausesMs,
    lookAt: async (ms: number) => {
      nowMs = ms;
      asked.length = 0;
      const findings = await findOut();
      return { findings, asked: asked.toSorted() };
    },
    loseKafka: () => (isKafkaAway = true),
  };
};

const often = ['loms', 'order', 'publishers'];
const all = ['assembly', 'booking', 'inboxes', 'kafka', ...often];

test('no two parts are asked at the same moment', async () => {
  const { lookAt, pausesMs } = start();
  for (const atMs of [0, 4_500]) {
    pausesMs.length = 0;
    expect((await lookAt(atMs)).asked).toEqual(all);
    expect(pausesMs.toSorted((one, other) => one - other)).toEqual(all.map((_, nth) => nth * 20));
  }
});

test('Kafka and the inboxes are asked every 3 s at most, and their figures say when', async () => {
  const { lookAt } = start();
  expect((await lookAt(0)).asked).toEqual(all);
  const { asked, findings } = await lookAt(2_999);
  expect(asked).toEqual(often);
  expect(findings.sources.get('loms')?.at).toEqual(new Date(2_999));
  expect(findings.cluster.at).toEqual(new Date(0));
  expect(findings.inboxes.at).toEqual(new Date(0));
  expect((await lookAt(3_000)).asked).toEqual(all);
});

test('Kafka is unknown from its next look on, not from a look at the others', async () => {
  const { lookAt, loseKafka } = start();
  await lookAt(0);
  loseKafka();
  expect((await lookAt(1_000)).findings.cluster).toHaveProperty('figures');
  expect((await lookAt(3_000)).findings.cluster).toEqual({
    error: 'no broker answers',
    at: new Date(3_000),
  });
});
