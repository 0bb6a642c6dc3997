import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { listConsumed, listPositions, listTimers } from './consumed.ts';
import { findLetter, listLetters } from './dead-letters.ts';
import { countInbox, listConsumers } from './inbox-status.ts';

const service = 'assembly';
const messages = 40_000;
let owner: Pool;
let ops: Pool;
/** Blocks of 8 KiB that the statements touched since it was set to 0. */
let touched = 0;
let explained: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  owner = openTestPool(database.urlFor(service));
  ops = openTestPool(database.urlFor('ops'), 1);
  explained = withCount(ops);
  await fill();
});
afterAll(() => Promise.all([owner.end(), ops.end()]));

const withCount = (pool: Pool): Pool => {
  const query = async (asked: string | { text: string; values: unknown[] }, plain: unknown[]) => {
    const { text, values } = typeof asked === 'string' ? { text: asked, values: plain } : asked;
    const { rows } = await pool.query<Record<string, [{ Plan: Record<string, number> }]>>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      values,
    );
    const plan = rows[0]!['QUERY PLAN']![0].Plan;
    touched += plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
    return pool.query(text, values);
  };
  return { query } as unknown as Pool;
};

/** Keys k0 … with one message each, for two consumers; many wait, and many were given up and redriven. */
const fill = async () => {
  const of = `FROM generate_series(0, ${messages - 1}) n`;
  const place = `'c' || n % 2, 't', 'k' || n, 'order', 1, 'T', 0, n`;
  const columns = 'consumer, topic, key, source, sequence, event_type, partition, "offset"';
  await owner.query(
    `INSERT INTO assembly.inbox (event_id, ${columns}) SELECT uuidv7(), ${place} ${of}`,
  );
  await owner.query(
    `INSERT INTO assembly.inbox_positions (consumer, topic, key, source, sequence)
     SELECT consumer, topic, key, source, sequence FROM assembly.inbox`,
  );
  await owner.query(
    `INSERT INTO assembly.inbox_parked_keys (consumer, topic, key, due_at)
     SELECT 'c' || n % 2, 't', 'k' || n, clock_timestamp() ${of}`,
  );
  await owner.query(
    `INSERT INTO assembly.inbox_parked (event_id, ${columns}, headers, value)
     SELECT event_id, ${columns}, '{}', 'x' FROM assembly.inbox`,
  );
  await owner.query(
    `INSERT INTO assembly.inbox_dead_letters (event_id, ${columns}, headers, attempts, error, failed_at, redriven_at)
     SELECT event_id, ${columns}, '{}', 4, 'Error: no', clock_timestamp(),
            CASE WHEN "offset" % 1000 <> 0 THEN clock_timestamp() END FROM assembly.inbox`,
  );
  await owner.query(
    `INSERT INTO assembly.timers (kind, key, due_at, payload)
     SELECT 'kind' || n % 3, 'k' || n, clock_timestamp(), '{}' ${of}`,
  );
};

const blocksOf = async (work: () => Promise<unknown>): Promise<number> => {
  touched = 0;
  await work();
  return touched;
};

// as after a night's load, and when the statistics are there
test.each(['no statistics', 'statistics'])(
  'reading by order takes its rows only (%s)',
  async (known) => {
    if (known === 'statistics') await owner.query('ANALYZE');
    const key = { key: 'k777', topic: '' };
    const found = await listConsumed(ops)(service, key, 10);
    expect(found.messages).toMatchObject([
      { consumer: 'c1', outcome: 'HANDLED', parked: { attempts: 0 }, letter: { attempts: 4 } },
    ]);
    expect(await listPositions(ops)(service, key)).toMatchObject([{ consumer: 'c1' }]);
    expect(await listTimers(ops)(service, 'k777')).toMatchObject([{ kind: 'kind0' }]);
    expect(await blocksOf(() => listConsumed(explained)(service, key, 10))).toBeLessThan(150);
    expect(await blocksOf(() => listPositions(explained)(service, key))).toBeLessThan(50);
    expect(await blocksOf(() => listTimers(explained)(service, 'k777'))).toBeLessThan(50);
    expect(await blocksOf(() => listConsumers(explained)(service))).toBeLessThan(100);
  },
);

test('open dead letters are found without reading those that were redriven', async () => {
  await owner.query('ANALYZE');
  const any = { consumer: '', topic: '', key: '', reason: '', firstLine: '' };
  const page = { ...any, includeSettled: false, before: undefined };
  const letters = await listLetters(ops)(service, { ...page, limit: 100 });
  expect(letters).toHaveLength(messages / 1000);
  const list = () => listLetters(explained)(service, { ...page, limit: 100 });
  expect(await blocksOf(list)).toBeLessThan(200);
  const { consumer, eventId } = letters[0]!;
  const find = () => findLetter(explained)(service, { consumer, eventId });
  expect(await blocksOf(find)).toBeLessThan(20);
});

test('the status counts what is there', async () => {
  const common = { service, topic: 't', parkedKeys: messages / 2, blockedKeys: 0 };
  expect(await countInbox(ops)(service)).toMatchObject([
    { ...common, consumer: 'c0', deadLetters: messages / 1000, isCapped: false },
    { ...common, consumer: 'c1', deadLetters: 0, lastTakenAt: expect.any(Date) },
  ]);
});

test('a consumer with more than are counted hides nothing of another, nor its own oldest', async () => {
  const many = 'FROM generate_series(1, 51000) n';
  await owner.query(
    `INSERT INTO assembly.inbox_parked_keys (consumer, topic, key, due_at, parked_at)
     SELECT 'many', 't', 'k' || n, 'infinity', clock_timestamp() ${many}`,
  );
  const letter = `event_id, consumer, topic, key, partition, "offset", headers, attempts, error, failed_at`;
  await owner.query(
    `INSERT INTO assembly.inbox_dead_letters (${letter})
     SELECT uuidv7(), 'many', 't', 'k' || n, 0, n, '{}', 4, 'Error: no', clock_timestamp() - interval '1 h' ${many}`,
  );
  // the last to be written, the first to be seen
  await owner.query(
    `INSERT INTO assembly.inbox_parked_keys (consumer, topic, key, due_at, parked_at, letter_since, letter_error)
     SELECT 'many', 't', 'first', 'infinity', moment, moment, 'no such topic'
       FROM (SELECT clock_timestamp() - interval '5000 s' AS moment) row`,
  );
  await owner.query(
    `INSERT INTO assembly.inbox_dead_letters (${letter})
     SELECT uuidv7(), 'few', 't', 'k', 0, 1, '{}', 4, 'Error: no', clock_timestamp()`,
  );
  const status = Object.fromEntries(
    (await countInbox(ops)(service)).map((each) => [each.consumer, each]),
  );
  expect(status['few']).toMatchObject({ deadLetters: 1, parkedKeys: 0, isCapped: false });
  expect(status['many']).toMatchObject({
    parkedKeys: 50_000,
    blockedKeys: 50_000,
    deadLetters: 50_000,
    isCapped: true,
    lettersWaiting: 1,
    letterError: 'no such topic',
  });
  expect(status['many']!.oldestParkedSeconds).toBeGreaterThan(4_900);
  expect(status['many']!.oldestLetterSeconds).toBeGreaterThan(4_900);
});
