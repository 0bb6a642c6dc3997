import { systemClock } from '#platform/base/clock.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';
import { createTestKafka, createTestTopic } from '../../testing/kafka-topic.ts';
import { waitFor } from '../../testing/wait-for.ts';
import { timing, type Lease } from './domain/lease.ts';
import type { Member } from './domain/member.ts';
import type { RequestPart } from './domain/request-plan.ts';
import { openFencedProducer } from './events/fenced-producer.ts';
import { createFencing } from './fencing.ts';
import { createMembership } from './membership.ts';
import { createMemberStore, type MemberStore } from './store/members.ts';
import { createAssignmentDesk } from './usecases/assignment-desk.ts';
import { createEndFenced } from './usecases/end-fenced.ts';

const timeoutMs = 60_000;
const source = 'loms';
const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
const nobody = createTestKafka('127.0.0.1:1');
let pool: Pool;
let members: MemberStore;

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openPool({ url: database.urlFor('publisher'), applicationName: 'test', logger });
  members = createMemberStore({ pool, id: 'test', sources: [source], leaseMs: timing.leaseMs });
});
afterAll(() => pool.end());
beforeEach(() => pool.query('DELETE FROM publisher.members'));

const formOf = () => ({});

/** A member whose own clock has stopped: it takes its lease for valid for ever. */
const join = async () => {
  const lease: Lease = { epoch: await members.join(), validUntilMs: Infinity };
  const fencing = createFencing({
    by: 'transactional',
    ...{ kafka, kafkaAt: () => kafka, pool, formOf },
    currentLease: () => lease,
  });
  return { epoch: lease.epoch, open: () => fencing.openProducer(source) };
};
const expire = (epoch: bigint) =>
  pool.query('UPDATE publisher.members SET expires_at = clock_timestamp() WHERE epoch = $1', [
    epoch,
  ]);
const isMember = async (epoch: bigint) =>
  (await pool.query('SELECT FROM publisher.members WHERE epoch = $1', [epoch])).rowCount === 1;
const endExpiredBy = (by: typeof kafka) => {
  const currentLease = () => undefined;
  const { fence } = createFencing({
    ...{ by: 'transactional', kafka: by, kafkaAt: () => by, pool, formOf, currentLease },
  });
  let ended = 0;
  const attempts: unknown[] = [];
  const end = createEndFenced({
    ...members,
    fence: async (member) => {
      await fence?.(member).finally(() => attempts.push(member));
    },
    onEnded: () => (ended += 1),
    logger,
  });
  return { end, ended: () => ended, attempts };
};
const partOf = (topic: string): RequestPart[] => [
  {
    ...{ topic, partition: 0 },
    rows: [
      {
        ...{ id: 'e', topic, key: 'k', sequence: '1', eventType: 'T', payload: '{}', headers: {} },
        ...{
          place: '(0,1)',
          bucket: 1,
          seq: '1',
          attempts: 0,
          createdAtMs: 0,
          sinceAttemptMs: null,
        },
      },
    ],
  },
];

test(
  'a stale owner that thinks it is one is refused by the broker, and cannot open again',
  async () => {
    const parts = partOf(await createTestTopic(kafka, 1));
    const stale = await join();
    const producer = await stale.open();
    expect(await producer.send(parts, 5_000)).toMatchObject([{ partition: 0, offset: 0n }]);
    await expire(stale.epoch);
    const { end, ended } = endExpiredBy(kafka);
    end();
    await waitFor(() => ended() === 1, { what: 'its end', timeoutMs: 60_000 });
    expect(await isMember(stale.epoch)).toBe(false);
    for (const reason of ['invalid-producer-epoch', 'invalid-producer-epoch']) {
      await expect(producer.send(parts, 5_000)).rejects.toMatchObject({ reason });
    }
    await producer.close();
    await expect(stale.open()).rejects.toThrow('no epoch');
  },
  timeoutMs,
);

test(
  'nobody is ended while the broker cannot be told',
  async () => {
    const { epoch } = await join();
    await expire(epoch);
    const { end, ended, attempts } = endExpiredBy(nobody);
    end();
    await waitFor(() => attempts.length === 1, { what: 'an attempt', timeoutMs: 60_000 });
    expect(await isMember(epoch)).toBe(true);
    expect(ended()).toBe(0);
  },
  timeoutMs,
);

test('one that renewed after it was listed is not ended', async () => {
  const { epoch } = await join();
  await expire(epoch);
  const [listed] = await members.listExpired();
  await pool.query(
    "UPDATE publisher.members SET expires_at = clock_timestamp() + interval '4 s' WHERE epoch = $1",
    [epoch],
  );
  expect(await members.endListed(listed!)).toBe(false);
  expect(await isMember(epoch)).toBe(true);
});

test(
  'an epoch that ends while its producer opens gives no producer',
  async () => {
    const lease: Lease = { epoch: await members.join(), validUntilMs: Infinity };
    let looks = 0;
    const findMember = async (epoch: bigint) => {
      // between the two looks at the database the id is taken at the broker
      if ((looks += 1) === 2) await expire(epoch);
      return members.find(epoch);
    };
    const parts = {
      kafka,
      source,
      formOf,
      now: systemClock,
      currentLease: () => lease,
      findMember,
    };
    await expect(openFencedProducer(parts)).rejects.toThrow('has ended');
  },
  timeoutMs,
);

const joinAndLeave = async (fence: (member: Member) => Promise<void>) => {
  const { lease } = createMembership({
    ...{ pool, id: 'test', logger, ...timing, fence },
    sources: [{ name: source, desk: createAssignmentDesk(() => undefined) }],
    monotonicMs: () => performance.now(),
    stopping: new AbortController().signal,
  });
  const running = lease.run();
  const { epoch } = await waitFor(() => lease.current(), { what: 'a lease' });
  await lease.leave();
  await running;
  return epoch;
};

test('who leaves is fenced off before its buckets are free', async () => {
  const fenced: Member[] = [];
  const epoch = await joinAndLeave(async (member) => {
    expect(await isMember(member.epoch)).toBe(true);
    fenced.push(member);
  });
  expect(fenced).toMatchObject([{ epoch, sources: [source] }]);
  expect(await isMember(epoch)).toBe(false);
});

test('who cannot be fenced off keeps its buckets until the lease ends', async () => {
  const epoch = await joinAndLeave(() => Promise.reject(new Error('the broker is away')));
  expect(await isMember(epoch)).toBe(true);
});
