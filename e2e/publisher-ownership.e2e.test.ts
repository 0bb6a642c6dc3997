import { Pool } from 'pg';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import { waitFor } from '../testing/wait-for.ts';
import { compareWithOutbox, flawless } from '../testing/checker/compare.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import {
  restsOf,
  startOwnershipLog,
  type OwnershipLog,
} from '../testing/publisher/ownership-log.ts';
import { makeSecondOutbox } from '../testing/publisher/second-outbox.ts';
import { startSystem, topic, type System } from '../testing/publisher/system.ts';
import { runWriters } from '../testing/publisher/writers.ts';

const handOverMs = 10 * 200;
const leaseMs = 5_000;
const takeOverMs = leaseMs + 10 * 1_000;

let system: System;
let url: string;
let log: OwnershipLog;

beforeAll(async () => {
  system = await startSystem();
  ({ url } = await system.startLoms());
  await makeSecondOutbox(system.database, 'shop');
  log = await startOwnershipLog(system);
});
afterEach(async () => {
  await system.endWorkers();
  // publishers that a failed test left would take part in the next test
  await system.query('DELETE FROM publisher.members');
});
afterAll(() => system.close());

const load = () => {
  const stop = new AbortController();
  const done = runWriters({ url, writers: 4, ordersPerSecond: 100, signal: stop.signal });
  return {
    end: async () => {
      stop.abort();
      expect((await done).errors).toBe(0);
    },
  };
};

/** How many buckets of a source each of these publishers owns. */
const owned = async (source: string, processes: readonly TestProcess[]): Promise<number[]> => {
  const rows = await system.query<{ pid: string; count: number }>(
    `SELECT split_part(id, ':', 2) AS pid, count(*)::int FROM publisher.buckets
       JOIN publisher.members ON epoch = owner WHERE source = $1 GROUP BY 1`,
    [source],
  );
  return processes.map(({ pid }) => rows.find((row) => Number(row.pid) === pid)?.count ?? 0);
};
const share = (source: string, processes: readonly TestProcess[], counts: readonly number[]) =>
  waitFor(async () => (await owned(source, processes)).join() === counts.join(), {
    what: `${source} shared ${counts.join(', ')}`,
    timeoutMs: 60_000,
  });
const stopCleanly = async (...publishers: TestProcess[]) => {
  const exits = await Promise.all(publishers.map((publisher) => publisher.stop()));
  expect(exits).toEqual(exits.map(() => ({ code: 0, signal: null })));
};
const longest = (values: readonly number[]) => Math.max(...values);

test('a publisher that stops hands its buckets over in an instant, under load', async () => {
  const first = await system.startPublisher('first');
  const second = await system.startPublisher('second');
  await share('loms', [first, second], [32, 32]);
  const writing = load();
  await waitFor(async () => (await sentSince(0)).count > 100, { what: 'a flow' });
  const askedMs = await log.nowMs();
  await stopCleanly(first);
  await share('loms', [second], [64]);
  await writing.end();
  await system.drained();
  const changes = await log.since(askedMs);
  const rests = restsOf(changes);
  const { slowestMs } = await sentSince(askedMs);
  const lastMs = longest(changes.map(({ atMs }) => atMs)) - askedMs;
  report({ rests: longest(rests), fromSigtermMs: lastMs, slowestMs });
  expect(rests).toHaveLength(32);
  expect(longest(rests)).toBeLessThanOrEqual(handOverMs);
  expect(await system.compare()).toMatchObject({ ...flawless, duplicates: 0 });
  await stopCleanly(second);
});

test('a publisher that is killed is replaced a second after its lease at the latest', async () => {
  const first = await system.startPublisher('first');
  const second = await system.startPublisher('second');
  await share('loms', [first, second], [32, 32]);
  const writing = load();
  const killedMs = await log.nowMs();
  first.kill('SIGKILL');
  await share('loms', [second], [64]);
  const changes = await log.since(killedMs);
  const lastMs = longest(changes.map(({ atMs }) => atMs)) - killedMs;
  await writing.end();
  await system.drained();
  report({ takeOverMs: lastMs, rests: longest(restsOf(changes)) });
  expect(restsOf(changes)).toHaveLength(32);
  expect(lastMs).toBeLessThanOrEqual(takeOverMs);
  expect(await system.compare()).toMatchObject(flawless);
  await stopCleanly(second);
});

test('a publisher that is killed while the broker is unavailable is replaced all the same', async () => {
  const first = await system.startPublisher('first');
  const second = await system.startPublisher('second');
  await share('loms', [first, second], [32, 32]);
  const writing = load();
  const startedMs = await log.nowMs();
  await waitFor(async () => (await sentSince(startedMs)).count > 50, { what: 'a flow' });
  system.broker().kill('SIGKILL');
  await system.broker().exited;
  first.kill('SIGKILL');
  await share('loms', [second], [64]);
  await system.startBroker();
  await writing.end();
  await system.drained();
  expect(await system.compare()).toMatchObject(flawless);
  await stopCleanly(second);
});

test('three publishers share evenly, whoever comes and goes', async () => {
  const first = await system.startPublisher('first');
  await share('loms', [first], [64]);
  const second = await system.startPublisher('second');
  await share('loms', [first, second], [32, 32]);
  const startedMs = await log.nowMs();
  const third = await system.startPublisher('third');
  await share('loms', [first, second, third], [22, 21, 21]);
  const rests = restsOf(await log.since(startedMs));
  report({ rests: longest(rests) });
  // Before there were 32 and 32. A bucket that need not move stays where it is.
  expect(rests).toHaveLength(21);
  expect(longest(rests)).toBeLessThanOrEqual(handOverMs);
  await stopCleanly(first);
  await share('loms', [second, third], [32, 32]);
  await stopCleanly(second, third);
});

test('a source is shared among those that serve it, and nobody else', async () => {
  const startedMs = await log.nowMs();
  const start = (name: string, sources: string) =>
    system.startPublisher(name, { OUTBOX_SOURCES: sources });
  const [ofLoms, ofShop] = [await start('of-loms', 'loms'), await start('of-shop', 'shop')];
  const all = [ofLoms, ofShop];
  await share('loms', all, [64, 0]);
  await share('shop', all, [0, 64]);
  const ofBoth = await start('of-both', 'loms,shop');
  await share('loms', [...all, ofBoth], [32, 0, 32]);
  await share('shop', [...all, ofBoth], [0, 32, 32]);
  const writing = load();
  await sell(40);
  await stopCleanly(ofBoth);
  await sell(40);
  await share('loms', all, [64, 0]);
  await share('shop', all, [0, 64]);
  await writing.end();
  await system.drained();
  const sold = await compareShop();
  expect(sold).toMatchObject({ ...flawless, expected: 2 * 40 * keys.length });
  expect(await compareLoms()).toMatchObject(flawless);
  const claims = (await log.since(startedMs)).filter(({ after }) => after !== null);
  const owners = (source: string) =>
    new Set(claims.filter((claim) => claim.source === source).map(({ after }) => after));
  expect(owners('loms').size).toBe(2);
  expect(owners('shop').size).toBe(2);
  expect(owners('loms').intersection(owners('shop')).size).toBe(1);
  await stopCleanly(...all);
});

// keys other than the order ids of loms
const keys = Array.from({ length: 20 }, (_, i) => `shop-${i}`);
let sold = 0;

/** Commits events into the second outbox, in one transaction for each key and sequence. */
const sell = async (perKey: number): Promise<void> => {
  const pool = new Pool({ connectionString: system.database.urlFor('shop'), max: 1 });
  const client = await pool.connect();
  try {
    for (let i = 0; i < perKey; i += 1, sold += 1)
      for (const key of keys) await appendToOutbox({ client }, 'shop', [saleOf(key, sold + 1)]);
  } finally {
    client.release();
    await pool.end();
  }
};
const saleOf = (key: string, sequence: number) => ({
  id: newId(),
  topic,
  key,
  sequence: BigInt(sequence),
  eventType: 'Sold',
  payload: '{}',
  headers: {},
  bucket: bucketOf(key),
  createdAt: new Date(),
});
const compareShop = async () => {
  const rest = 'SELECT FROM shop.outbox WHERE sent_at IS NULL';
  await waitFor(async () => (await system.query(rest)).length === 0, { what: 'shop drained' });
  return compare('shop', new Set(keys));
};
const compareLoms = async () => {
  const rows = await system.query<{ key: string }>('SELECT DISTINCT key FROM loms.outbox');
  return compare('loms', new Set(rows.map(({ key }) => key)));
};
const compare = (source: string, ofKeys: ReadonlySet<string>) =>
  compareWithOutbox({
    databaseUrl: system.database.adminUrl,
    source,
    brokers: system.brokers,
    topic,
    keys: ofKeys,
  });

/** The rows written since then: their number, and the longest time from creation to mark. */
const sentSince = async (ms: number) => {
  const [row] = await system.query<{ count: number; slowestMs: number }>(
    `SELECT count(*)::int, coalesce(max(extract(epoch FROM sent_at - created_at) * 1000), 0)::float8 AS "slowestMs"
       FROM loms.outbox WHERE sent_at IS NOT NULL AND created_at >= to_timestamp($1::float8 / 1000)`,
    [ms],
  );
  return row ?? { count: 0, slowestMs: 0 };
};

const report = (figures: Record<string, number>) => {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed()}`);
  console.info(words.join(', '));
};
