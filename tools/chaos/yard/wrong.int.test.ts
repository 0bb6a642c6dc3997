import { Client } from 'pg';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import { stockPieces } from './rig.ts';
import { findUndone } from './undone.ts';
import { findWrong } from './wrong.ts';

const [part, order] = [crypto.randomUUID(), crypto.randomUUID()];
const user = crypto.randomUUID();
const today = new Date().toISOString();
let admin: Client;

const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await admin.query(text, values)).rows as Row[];

const outboxRow = (schema: string, topic: string, id: string) => `
  INSERT INTO ${schema}.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at, sent_at, status)
  VALUES ('${id}', '${topic}', '${order}', 1, 'x', '{}', '{}', 0, '${today}', '${today}', 'COMPLETED');`;

const inboxRow = (schema: string, consumer: string, id: string) => `
  INSERT INTO ${schema}.inbox (event_id, consumer, topic, key, source, sequence, partition, "offset")
  VALUES ('${id}', '${consumer}', 'x', '${order}', 'x', 1, 0, 0);`;

const newEventId = async (): Promise<string> =>
  (await query<{ id: string }>('SELECT uuidv7()::text AS id'))[0]!.id;

/** Inserts one order of two pieces that is ASSEMBLED, with every row that belongs to it in all services. */
const insertShip = async (): Promise<void> => {
  const [paid, assembled] = [await newEventId(), await newEventId()];
  await admin.query(`
    DELETE FROM inventory.parts WHERE part_id <> '01970000-0000-7000-8000-000000000001';
    UPDATE inventory.parts SET part_id = '${part}', stock_quantity = ${stockPieces - 2};
    INSERT INTO inventory.reservations VALUES ('${order}', 'COMMITTED', '${today}', '${today}');
    INSERT INTO inventory.reservation_items VALUES ('${order}', '${part}', 2);
    INSERT INTO payment.payments
      VALUES ('${order}', 'CHARGED', '${user}', 100, 'CARD', '${user}', '${today}', '${today}');
    INSERT INTO "order".orders
      VALUES ('${order}', '${user}', 'ASSEMBLED', 3, 100, 'CARD', '${user}', '${today}', '${today}', 1);
    INSERT INTO "order".order_items VALUES ('${order}', '${part}', 2);
    INSERT INTO assembly.builds
      VALUES ('${order}', '${user}', 1, 'COMPLETED', 1, '${today}', '${today}', '${today}');
    ${outboxRow('"order"', 'order.payment.completed', paid)}
    ${outboxRow('assembly', 'order.assembly.completed', assembled)}
    ${inboxRow('assembly', 'assembly-service', paid)}
    ${inboxRow('notification', 'notification-payment', paid)}
    ${inboxRow('"order"', 'order-service', assembled)}
    ${inboxRow('notification', 'notification-assembly', assembled)}`);
};

beforeAll(async () => {
  admin = new Client({ connectionString: (await createTestDatabase()).adminUrl });
  await admin.connect();
  await insertShip();
});
afterAll(() => admin.end());
beforeEach(() => admin.query('BEGIN'));
afterEach(() => admin.query('ROLLBACK'));

test('nothing is wrong with a ship of which there is everything, and nothing left to do', async () => {
  expect(await findWrong({ query })).toEqual([]);
  expect(await findUndone({ query })).toEqual([]);
});

const anotherId = `'${crypto.randomUUID()}'`;

test.each([
  ['an order without a reservation', `UPDATE inventory.reservations SET status = 'RELEASED'`],
  ['a reservation without an order', `DELETE FROM "order".order_items; DELETE FROM "order".orders`],
  [
    'a charge without an order',
    `INSERT INTO payment.payments SELECT ${anotherId}, status, user_id, amount_minor, payment_method,
       transaction_id, created_at, updated_at FROM payment.payments`,
  ],
  ['a paid order without a charge', `DELETE FROM payment.payments`],
  [
    'a cancelled order that was charged',
    `UPDATE "order".orders SET status = 'CANCELLED',
       payment_method = NULL, transaction_id = NULL`,
  ],
  ['reserved pieces of nobody', `UPDATE inventory.parts SET reserved = 1`],
  ['stock that fell too far', `UPDATE inventory.parts SET stock_quantity = stock_quantity - 1`],
  ['a piece too many reserved', `UPDATE inventory.reservation_items SET quantity = 3`],
  ['no OrderPaid', `DELETE FROM "order".outbox`],
  ['no ShipAssembled', `DELETE FROM assembly.outbox`],
  ['a build that did not end', `UPDATE assembly.builds SET status = 'BUILDING'`],
  ['a paid order that is not built', `UPDATE "order".orders SET status = 'PAID'`],
  ['a build of nobody', `UPDATE assembly.builds SET order_id = ${anotherId}`],
  [
    'an event that one did not get',
    `DELETE FROM notification.inbox WHERE consumer = 'notification-payment'`,
  ],
  ['an event that is parked', `UPDATE "order".inbox SET outcome = 'PARKED'`],
  ['an event of nobody', `UPDATE assembly.inbox SET event_id = uuidv7()`],
])('%s is wrong', async (_, sql) => {
  await admin.query(sql);
  expect(await findWrong({ query })).not.toEqual([]);
});

test.each([
  [
    'timers of order',
    `INSERT INTO "order".timers (kind, key, due_at, payload) VALUES ('x', 'x', now(), '{}')`,
  ],
  ['orders PAID', `UPDATE "order".orders SET status = 'PAID'`],
  ['builds under way', `UPDATE assembly.builds SET status = 'BUILDING'`],
  ['events of assembly unsent', `UPDATE assembly.outbox SET sent_at = NULL, status = 'CREATED'`],
  ['events yet to come to order-service', `DELETE FROM "order".inbox`],
])('%s are left to do', async (what, sql) => {
  await admin.query(sql);
  expect(await findUndone({ query })).toEqual([`1 ${what}`]);
});
