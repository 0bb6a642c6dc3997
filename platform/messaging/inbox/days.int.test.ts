import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type InboxFixture,
} from '../../../testing/inbox/fixture.ts';
import { waitFor } from '../../../testing/wait-for.ts';

const dayMs = 86_400_000;
let inbox: InboxFixture;

beforeEach(async () => {
  inbox = await openInboxFixture();
});
afterEach(() => inbox.close());

const placesOf = async (key: string) => {
  const { rows } = await inbox.pool.query<{ place: string }>(
    `SELECT tableoid::regclass::text AS place FROM assembly.inbox WHERE key = $1 ORDER BY event_id`,
    [key],
  );
  return rows.map(({ place }) => place);
};
const makeDays = (ahead: number) =>
  inbox.pool.query(`SELECT assembly.make_inbox_partitions(${ahead})`);
const idOfDay = (ahead: number) => v7({ msecs: Date.now() + ahead * dayMs });
const untilEffects = (key: string, count: number) =>
  waitFor(async () => (await inbox.effects(key)).length >= count, { what: `${count} effects` });

test('events of producers whose clocks are ahead or behind act once, also when their day has come', async () => {
  inbox.start(noteEffects);
  const key = randomUUID();
  const ids = [idOfDay(-400), idOfDay(5), idOfDay(6), idOfDay(400)];
  const events = ids.map((id, n) => testEvent(key, n + 1, id));
  await inbox.send(events.map(toTestMessage));
  await untilEffects(key, 4);
  const other = 'inbox_other';
  expect(await placesOf(key)).toEqual(['inbox_low', other, other, other]);

  // This creates the partitions that would exist if two days had passed.
  await makeDays(5);
  expect(await placesOf(key)).toEqual([
    'inbox_low',
    expect.stringMatching(/inbox_\d{8}$/),
    other,
    other,
  ]);
  await makeDays(60);
  expect(new Set(await placesOf(key)).size).toBe(4);

  const next = testEvent(key, 5, idOfDay(0));
  await inbox.send([...events, next].map(toTestMessage));
  await untilEffects(key, 5);
  expect(await inbox.effects(key)).toEqual([1, 2, 3, 4, 5]);
  // Kafka may deliver once more
  expect(await inbox.count('inbox_duplicates_total')).toBeGreaterThanOrEqual(4);
  expect(await inbox.count('inbox_dead_letters_total')).toBe(0);
});

test('a day is made while consumers use all days, or later, and nobody waits for long', async () => {
  const { pool } = inbox;
  const reader = await pool.connect();
  try {
    await reader.query('BEGIN');
    await reader.query('SELECT FROM assembly.inbox');
    await expect(makeDays(10)).rejects.toMatchObject({ cause: { code: '55P03' } });
    await reader.query('COMMIT');
    await makeDays(10);
  } finally {
    reader.release();
  }
});
