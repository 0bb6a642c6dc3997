import { waitFor } from '../testing/wait-for.ts';
import { flawless } from '../testing/checker/compare.ts';
import { readTopic } from '../testing/checker/read-topic.ts';
import { startSystem, topic, type System } from '../testing/publisher/system.ts';
import { runWriters } from '../testing/publisher/writers.ts';
import type { TestProcess } from '../testing/engines/process.ts';

let system: System;
let url: string;

beforeAll(async () => {
  system = await startSystem();
  ({ url } = await system.startLoms());
});
afterEach(async () => {
  await system.endWorkers();
  // a failed test may have left its transaction open
  await system.query('ROLLBACK');
});
afterAll(() => system.close());

const write = (seconds: number, ordersPerSecond = 100) => {
  const stop = new AbortController();
  const done = runWriters({ url, writers: 4, ordersPerSecond, signal: stop.signal });
  const timer = setTimeout(() => stop.abort(), seconds * 1_000);
  return {
    stop: async () => {
      clearTimeout(timer);
      stop.abort();
      return done;
    },
    done,
  };
};
const owned = async (): Promise<number[]> => {
  const rows = await system.query<{ count: number }>(
    'SELECT count(*)::int FROM publisher.buckets WHERE owner IS NOT NULL GROUP BY owner ORDER BY 1',
  );
  return rows.map(({ count }) => count);
};
const ownership = (counts: number[], timeoutMs = 60_000) =>
  waitFor(async () => JSON.stringify(await owned()) === JSON.stringify(counts), {
    what: `buckets owned ${counts.join(' and ')}`,
    timeoutMs,
  });
const unsent = async () =>
  (await system.query('SELECT FROM loms.outbox WHERE sent_at IS NULL')).length;
const stopCleanly = async (...publishers: TestProcess[]) => {
  const exits = await Promise.all(publishers.map((publisher) => publisher.stop()));
  expect(exits).toEqual(exits.map(() => ({ code: 0, signal: null })));
};

test('four writers at once under live load: nothing lost, nothing out of order', async () => {
  const publisher = await system.startPublisher('publisher');
  const { created, payed, errors } = await write(5, 200).done;
  expect(errors).toBe(0);
  expect(created).toBeGreaterThan(20);
  expect(payed).toBeGreaterThan(5);
  await system.drained();
  const report = await system.compare();
  expect(report).toMatchObject({ ...flawless, duplicates: 0 });
  expect(report.expected).toBeGreaterThanOrEqual(2 * created + payed);
  await stopCleanly(publisher);
  expect(await owned()).toEqual([]);
});

test('killed between send and mark: the events come again, and none is lost', async () => {
  const before = await system.compare();
  const publisher = await system.startPublisher('publisher');
  await ownership([64]);
  // marking rows as sent needs a share lock on the member's row, which this transaction holds exclusively
  await system.query('BEGIN');
  await system.query('SELECT FROM publisher.members FOR UPDATE');
  const { created } = await write(0.5).done;
  await waitFor(async () => (await readTopic(system.brokers, topic)).length > before.events, {
    what: 'events to be sent',
  });
  expect(await unsent()).toBeGreaterThan(created);
  publisher.kill('SIGKILL');
  await publisher.exit;
  // Otherwise the server would still carry out the waiting mark, although nobody reads its answer.
  const sessions =
    "FROM pg_stat_activity WHERE usename = 'publisher' AND datname = current_database()";
  await system.query(`SELECT pg_terminate_backend(pid) ${sessions}`);
  const haveEnded = async () => {
    await system.query('SELECT pg_stat_clear_snapshot()');
    return (await system.query(`SELECT ${sessions}`)).length === 0;
  };
  await waitFor(haveEnded, { what: 'its sessions to end' });
  await system.query('ROLLBACK');

  const next = await system.startPublisher('publisher');
  await system.drained();
  const report = await system.compare();
  expect(report).toMatchObject(flawless);
  expect(report.duplicates).toBeGreaterThan(before.duplicates);
  await stopCleanly(next);
});

test('killed again and again under load: nothing lost, nothing out of order', async () => {
  const load = write(60);
  for (let round = 0; round < 3; round += 1) {
    const publisher = await system.startPublisher(`publisher-${round}`);
    const sentBefore = await unsent();
    await waitFor(async () => (await unsent()) < sentBefore + 50, { what: 'some progress' });
    publisher.kill('SIGKILL');
    await publisher.exit;
  }
  const last = await system.startPublisher('publisher-last');
  await load.stop();
  await system.drained();
  expect(await system.compare()).toMatchObject(flawless);
  await stopCleanly(last);
});

test('two share the buckets; one frozen beyond its lease and thawed does no harm', async () => {
  const first = await system.startPublisher('first');
  await ownership([64]);
  const second = await system.startPublisher('second');
  await ownership([32, 32]);
  const load = write(60);
  first.kill('SIGSTOP');
  await ownership([64]);
  first.kill('SIGCONT');
  await ownership([32, 32]);
  await first.waitForLine((line) => line.includes('lease'));
  const { errors } = await load.stop();
  expect(errors).toBe(0);
  await system.drained();
  expect(await system.compare()).toMatchObject(flawless);

  const stoppedAt = performance.now();
  await stopCleanly(first);
  await ownership([64]);
  expect(performance.now() - stoppedAt).toBeLessThan(10_000);
  await stopCleanly(second);
});

test('a broker that is unavailable burns no attempt; when it is back everything flows', async () => {
  const publisher = await system.startPublisher('publisher');
  const load = write(60);
  await system.broker().stop();
  const waiting = await unsent();
  await waitFor(async () => (await unsent()) > waiting + 200, { what: 'a backlog' });
  expect((await fetch(publisherReadyUrl(publisher))).status).toBe(503);
  await system.startBroker();
  const { errors } = await load.stop();
  expect(errors).toBe(0);
  await system.drained();
  expect(await system.query('SELECT FROM loms.outbox WHERE attempts > 0')).toEqual([]);
  expect(await system.compare()).toMatchObject(flawless);
  await stopCleanly(publisher);
});

test('a broker killed under load loses nothing', async () => {
  const publisher = await system.startPublisher('publisher');
  const load = write(60);
  const sent = await unsent();
  await waitFor(async () => (await unsent()) < sent + 50, { what: 'some progress' });
  system.broker().kill('SIGKILL');
  await system.broker().exited;
  await system.startBroker();
  await load.stop();
  await system.drained();
  expect(await system.compare()).toMatchObject(flawless);
  await stopCleanly(publisher);
});

test('a message that the broker refuses blocks its own key and nobody else', async () => {
  const publisher = await system.startPublisher('publisher');
  const huge = 'x'.repeat(1_200_000);
  const insert = (key: string, sequence: number, note: string) =>
    system.query(
      `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
       SELECT o.id, $1, $2, $3, 'loms.v1.OrderStatusChanged', jsonb_build_object('note', $4::text), '{}',
              $5, clock_timestamp()
         FROM (SELECT (substr(max(id::text), 1, 24) || right(md5(random()::text), 12))::uuid AS id
                 FROM loms.outbox) o`,
      [topic, key, sequence, note, 7],
    );
  await insert('blocked', 1, 'small');
  await insert('blocked', 2, huge);
  await insert('blocked', 3, 'small');
  await insert('free', 1, 'small');
  const rows = () =>
    system.query<{
      key: string;
      sequence: string;
      status: string;
      attempts: number;
      error: string | null;
      isWaiting: boolean;
    }>(
      `SELECT key, sequence, status, attempts, error, is_waiting AS "isWaiting" FROM loms.outbox
        WHERE key IN ('blocked', 'free') ORDER BY key, sequence`,
    );
  await waitFor(async () => (await rows()).some(({ status }) => status === 'FAILED'), {
    what: 'the attempts to be used up',
    timeoutMs: 60_000,
  });
  await system.drained();
  expect(await rows()).toMatchObject([
    { key: 'blocked', sequence: '1', status: 'COMPLETED' },
    { key: 'blocked', sequence: '2', status: 'FAILED', attempts: 5, error: 'message-too-large' },
    { key: 'blocked', sequence: '3', status: 'CREATED', error: null, isWaiting: true },
    { key: 'free', sequence: '1', status: 'COMPLETED', attempts: 0 },
  ]);
  await stopCleanly(publisher);
  await system.query("DELETE FROM loms.outbox WHERE key = 'blocked' AND sent_at IS NULL");
});

test('a source of which nothing can be published is named on /readyz, which stays 200, until it can', async () => {
  const publisher = await system.startPublisher('publisher');
  await ownership([64]);
  const readiness = async () => {
    const answer = await fetch(publisherReadyUrl(publisher));
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    return `${answer.status} ${checks['publishing']}`;
  };
  await system.query('REVOKE SELECT ON loms.outbox FROM publisher');
  const named = /^200 nothing of loms is published: .*permission denied/;
  await waitFor(async () => named.test(await readiness()), { what: 'it to be named' });
  await system.query('GRANT SELECT ON loms.outbox TO publisher');
  await waitFor(async () => (await readiness()) === '200 ok', { what: 'it to go on' });
  await stopCleanly(publisher);
});

const publisherReadyUrl = (publisher: TestProcess): string => {
  const open = publisher.lines.find((line) => line.includes('HTTP is open')) ?? '{}';
  return `http://127.0.0.1:${String((JSON.parse(open) as { port: number }).port)}/readyz`;
};
