import { Registry } from 'prom-client';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '../../database/pool.ts';
import { withTransaction, type Transaction } from '../../database/transaction.ts';
import { createLogger } from '../../base/logger.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { Timer } from './due.ts';
import type { TimerKind } from './fire.ts';
import { cancelTimerSql, encodeTimers, scheduleTimerSql, type NewTimer } from './schedule.ts';
import { startTimers, type RunningTimers } from './start-timers.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const schema = 'loms';
const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
let url: string;
let pool: Pool;
let registry: Registry;
const running: RunningTimers[] = [];

beforeAll(async () => {
  url = (await createTestDatabase()).urlFor(schema);
  pool = openTestPool(url);
  await pool.query('CREATE TABLE loms.done (key text, lateness_ms float8)');
});
beforeEach(async () => {
  await pool.query('TRUNCATE loms.done, loms.timers');
});
afterEach(async () => {
  for (const timers of running.splice(0)) await timers.stop();
});
afterAll(() => pool.end());

const start = (kinds: Record<string, TimerKind>) => {
  registry = new Registry();
  const timers = startTimers({ pool, schema, logger, registry, kinds });
  running.push(timers);
  return timers;
};
const scheduleIn = ({ client }: Transaction, timer: NewTimer) =>
  client.query(scheduleTimerSql({ schema, parameter: '$1' }), [encodeTimers([timer])]);
const schedule = (kind: string, key: string, dueInMs = 0, payload: unknown = {}) =>
  withTransaction(pool, (tx) => scheduleIn(tx, { kind, key, dueInMs, payload }));
const scheduleMany = (kind: string, count: number) =>
  pool.query(
    `INSERT INTO loms.timers (kind, key, due_at, payload)
     SELECT $1, n, now(), '{}' FROM generate_series(1, $2) n`,
    [kind, count],
  );
/** Lists the keys whose work was done, with how often it was done. */
const listDone = async () => {
  const { rows } = await pool.query<{ key: string; n: number; lateness_ms: number }>(
    'SELECT key, count(*)::int AS n, max(lateness_ms) AS lateness_ms FROM loms.done GROUP BY 1',
  );
  return rows;
};
const listTimers = async () =>
  (
    await pool.query<Timer & { moved: boolean; last_error: string | null }>(
      'SELECT *, due_at > created_at AS moved FROM loms.timers ORDER BY kind, key',
    )
  ).rows;
const untilNoTimer = () =>
  waitFor(async () => (await listTimers()).length === 0, { what: 'no timer', timeoutMs: 60_000 });

const note: TimerKind['handle'] = async ({ client }, timers) => {
  for (const { key, dueAt } of timers) {
    await client.query(
      `INSERT INTO loms.done VALUES
       ($1, extract(epoch FROM statement_timestamp() - $2::timestamptz) * 1000)`,
      [key, dueAt],
    );
  }
};
const failOn =
  (bad: readonly string[]): TimerKind['handle'] =>
  async (tx, timers) => {
    await note(tx, timers);
    if (timers.some(({ key }) => bad.includes(key))) throw new Error('not this one');
  };

test.each([1, 7, 50])(
  '1,000 due timers, 4 workers, batches of %d: each once',
  async (batchSize) => {
    await scheduleMany('m', 1_000);
    for (let n = 0; n < 2; n += 1) start({ m: { handle: note, batchSize, workers: 2 } });
    await untilNoTimer();
    const done = await listDone();
    expect(done).toHaveLength(1_000);
    expect(done.filter(({ n }) => n !== 1)).toEqual([]);
  },
);

test('it sleeps until the next one is due, and is there in time', async () => {
  start({ m: { handle: note } });
  for (const dueInMs of [1_100, 1_250, 1_600]) await schedule('m', String(dueInMs), dueInMs);
  await untilNoTimer();
  const done = await listDone();
  expect(done).toHaveLength(3);
  for (const { lateness_ms: lateness } of done) {
    expect(lateness).toBeGreaterThanOrEqual(0);
    expect(lateness).toBeLessThan(5_000);
  }
});

test('it is woken for a timer that is nearer than all others', async () => {
  const timers = start({ m: { handle: note } });
  await schedule('m', 'far', 600_000);
  await waitFor(async () => (await registry.metrics()).includes('timers_due{kind="m"} 0'), {
    what: 'the first look',
  });
  for (const key of ['a', 'b', 'c']) {
    await schedule('m', key, 20);
    timers.scheduled('m', 20);
    await waitFor(async () => (await listDone()).some((one) => one.key === key), { what: key });
  }
  for (const { lateness_ms: lateness } of await listDone()) expect(lateness).toBeLessThan(5_000);
});

test('one that fails moves out of the way, keeps its error, and comes again', async () => {
  await scheduleMany('m', 20);
  const bad = ['3', '17'];
  start({ m: { handle: failOn(bad), batchSize: 10 } });
  await waitFor(async () => (await listDone()).length === 18, { what: 'the good ones' });
  const haveFailed = async () => (await listTimers()).every(({ last_error }) => last_error);
  await waitFor(haveFailed, { what: 'the bad ones to be tried' });
  expect(await listTimers()).toMatchObject(
    ['17', '3'].map((key) => ({ key, moved: true, last_error: 'Error: not this one' })),
  );
  bad.length = 0;
  await untilNoTimer();
  expect((await listDone()).filter(({ n }) => n !== 1)).toEqual([]);
  const metrics = await registry.metrics();
  expect(metrics).toContain('timers_fired_total{kind="m"} 20');
  expect(metrics).toMatch(/timers_failed_total\{kind="m"\} ([2-9]|\d\d)/);
});

test('a statement that fails undoes all that the handler did', async () => {
  await schedule('m', 'a');
  const handle: TimerKind['handle'] = async (tx, timers) => {
    await note(tx, timers);
    await tx.client.query('SELECT 1 / 0');
  };
  start({ m: { handle } });
  await waitFor(async () => (await listTimers())[0]?.attempts === 2, { what: 'two attempts' });
  expect(await listDone()).toEqual([]);
  expect((await listTimers())[0]?.last_error).toContain('division by zero');
});

test('a failover is no try of a timer', async () => {
  await scheduleMany('m', 20);
  let times = 0;
  const handle: TimerKind['handle'] = async (tx, timers) => {
    await note(tx, timers);
    const raise = `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '25006'; END $$`;
    if (++times <= 3) await tx.client.query(raise);
  };
  start({ m: { handle, batchSize: 10 } });
  await untilNoTimer();
  expect((await listDone()).filter(({ n }) => n !== 1)).toEqual([]);
  expect(await registry.metrics()).not.toMatch(/timers_failed_total\{kind="m"\} [1-9]/);
});

test('a handler may schedule its timer anew', async () => {
  await schedule('m', 'a', 0, { round: 1 });
  const handle: TimerKind['handle'] = async (tx, timers) => {
    await note(tx, timers);
    const { round } = timers[0]!.payload as { round: number };
    const again = { kind: 'm', key: 'a', dueInMs: 5, payload: { round: round + 1 } };
    if (round < 3) await scheduleIn(tx, again);
  };
  start({ m: { handle } });
  await untilNoTimer();
  expect(await listDone()).toMatchObject([{ key: 'a', n: 3 }]);
});

test('a slow one holds up neither the others of its kind nor other kinds', async () => {
  await scheduleMany('m', 10);
  await schedule('other', 'b');
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const slow: TimerKind['handle'] = async (tx, timers) => {
    if (timers[0]!.key === '1') await gate;
    await note(tx, timers);
  };
  start({ m: { handle: slow, workers: 2 }, other: { handle: note } });
  const others = () => waitFor(async () => (await listDone()).length === 10, { what: 'others' });
  await others().finally(letGo);
  await untilNoTimer();
});

test('kinds that nobody handles are left alone; what is rolled back was never scheduled', async () => {
  await schedule('foreign', 'a');
  await expect(
    withTransaction(pool, async (tx) => {
      await scheduleIn(tx, { kind: 'm', key: 'undone', dueInMs: 0, payload: {} });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await schedule('m', 'b');
  start({ m: { handle: note } });
  await waitFor(async () => (await listDone()).length === 1, { what: 'b' });
  expect(await listTimers()).toMatchObject([{ kind: 'foreign' }]);
});

test('a timer can be moved and cancelled, but not once it fires', async () => {
  await schedule('m', 'a', 600_000);
  await schedule('m', 'b', 600_000);
  const text = cancelTimerSql({ schema, kind: 'm', key: '$1::text' });
  const cancel = async (key: string) => (await pool.query(text, [key])).rowCount === 1;
  expect(await cancel('a')).toBe(true);
  expect(await cancel('a')).toBe(false);
  let letGo = (): void => undefined;
  let isFiring = false;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const handle: TimerKind['handle'] = async (tx, timers) => {
    isFiring = true;
    await gate;
    await note(tx, timers);
  };
  start({ m: { handle } });
  await schedule('m', 'b', 0);
  await waitFor(() => isFiring, { what: 'the handler' });
  expect(await cancel('b')).toBe(false);
  letGo();
  await untilNoTimer();
  expect(await listDone()).toMatchObject([{ key: 'b', n: 1 }]);
});

test('what is due and not done is measured', async () => {
  await scheduleMany('m', 3);
  await pool.query("UPDATE loms.timers SET due_at = now() - interval '90 s'");
  const handle = () => Promise.reject(new Error('never'));
  const fresh = new Registry();
  const blocked = await pool.connect();
  await blocked.query('BEGIN');
  await blocked.query('SELECT FROM loms.timers FOR UPDATE');
  running.push(startTimers({ pool, schema, logger, registry: fresh, kinds: { m: { handle } } }));
  await waitFor(async () => (await fresh.metrics()).includes('timers_due{kind="m"} 3'), {
    what: 'three',
  });
  expect(await fresh.metrics()).toMatch(/timers_oldest_due_seconds\{kind="m"\} (9\d|\d{3})/);
  await blocked.query('ROLLBACK');
  blocked.release();
});
