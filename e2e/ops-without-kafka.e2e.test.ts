import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { startSystem, topic, type System } from '../testing/publisher/system.ts';
import { waitFor } from '../testing/wait-for.ts';

// ops starts while no broker answers: it serves, says that the figures of Kafka are unknown, and has them when Kafka
// comes.

let system: System;
let ops: RunningOps;

beforeAll(async () => {
  system = await startSystem();
  system.broker().kill('SIGKILL');
  await system.broker().exited;
  ops = await startOps(system.database.urlFor('ops'), 'loms', { KAFKA_BROKERS: system.brokers });
});
afterAll(async () => {
  await ops.kill();
  await system.close();
});

interface Part {
  known: { observed_at?: string; unknown_since?: string; error: string };
}
interface Overview {
  problems: { says: string; since?: string }[];
  sources: (Part & { source: string })[];
  topics: (Part & { topic: string; partitions: { end_offset?: number }[] })[];
}
const overview = async (): Promise<Overview> =>
  ((await ops.json('overview')) as { overview: Overview }).overview;

test('it serves, and says since when the figures of Kafka are unknown', async () => {
  expect((await fetch(`${ops.server}/readyz`)).status).toBe(200);
  const { problems, sources, topics } = await overview();
  expect(problems).toEqual([
    expect.objectContaining({
      says: expect.stringContaining('The figures of topics and consumers are unknown'),
      since: expect.stringMatching(/^20/),
    }),
  ]);
  expect(sources).toMatchObject([{ source: 'loms', known: { error: '' } }]);
  expect(sources[0]?.known.unknown_since).toBeUndefined();
  for (const { known, partitions } of topics) {
    expect(known).toEqual({ unknown_since: problems[0]?.since, error: expect.stringMatching(/./) });
    expect(partitions).toEqual([]);
  }
  expect((await ops.inorder('overview')).stdout).toMatch(
    new RegExp(`^${topic} +unknown since 20`, 'm'),
  );
  // what needs the database alone works
  expect(await ops.json('stuck')).toMatchObject({ groups: [] });
});

test('when Kafka comes its figures are there', async () => {
  await system.startBroker();
  const seen = await waitFor(
    async () => {
      const found = await overview();
      return found.topics.every(({ known }) => known.unknown_since === undefined) && found;
    },
    { what: 'the figures of Kafka', timeoutMs: 120_000 },
  );
  expect(seen.problems).toEqual([]);
  expect(seen.topics.find((each) => each.topic === topic)?.partitions).toMatchObject([
    { end_offset: 0 },
    { end_offset: 0 },
  ]);
});
