import { Client } from 'pg';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import { topic } from './rig.ts';
import { findContradictions, findForgotten } from './wrong.ts';

let admin: Client;
const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await admin.query(text, values)).rows as Row[];

/** An order that was accepted and issued, with its history and its two events. */
const insertOrder = `
  INSERT INTO pvz.orders VALUES (42, 7, 'issued', now(), 'bag', 2.5, 100, now(), now(), 2);
  INSERT INTO pvz.order_changes VALUES (42, 1, 7, 'accepted', now()), (42, 2, 7, 'issued', now());
  INSERT INTO pvz.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
  SELECT id, '${topic}', '42', sequence, 'x', jsonb_build_object('event_id', id, 'order',
           jsonb_build_object('id', 42, 'status', status)), '{}', 0, now()
    FROM (SELECT uuidv7() AS id, sequence, status FROM pvz.order_changes) c;`;

beforeAll(async () => {
  admin = new Client({ connectionString: (await createTestDatabase()).adminUrl });
  await admin.connect();
  await admin.query(insertOrder);
});
afterAll(() => admin.end());
beforeEach(() => admin.query('BEGIN'));
afterEach(() => admin.query('ROLLBACK'));

const promising = (id: number, changes: number) => ({
  orders: new Map([[id, { least: changes, most: changes }]]),
});

test('nothing is wrong with an order that has what was promised', async () => {
  expect(await findForgotten({ query }, promising(42, 2))).toEqual([]);
  expect(await findContradictions({ query })).toEqual([]);
});

test.each([
  ['fewer changes than promised', 42, 3],
  ['more changes than promised', 42, 1],
  ['an order that was said to be refused', 42, 0],
  ['an order that nobody brought, instead of another one', 43, 1],
])('%s is found', async (_, id, changes) => {
  expect(await findForgotten({ query }, promising(id, changes))).not.toEqual([]);
});

test.each([
  ['a change without an event', `DELETE FROM pvz.outbox WHERE sequence = 2`],
  ['an event without a change', `DELETE FROM pvz.order_changes WHERE sequence = 2`],
  ['an event twice', `UPDATE pvz.outbox SET sequence = 1`],
  [
    'an event with the status of another change',
    `UPDATE pvz.order_changes SET status = 'accepted'; UPDATE pvz.orders SET status = 'accepted'`,
  ],
  ['an event of another order', `UPDATE pvz.outbox SET payload = payload || '{"order": {}}'`],
  ['an order that is behind its history', `UPDATE pvz.orders SET sequence = 1`],
])('%s is found', async (_, sql) => {
  await admin.query(sql);
  expect(await findContradictions({ query })).not.toEqual([]);
});
