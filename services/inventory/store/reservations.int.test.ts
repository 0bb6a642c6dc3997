import { Pool as AdminPool } from 'pg';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { reasonOf } from '#platform/base/errors.ts';
import { untilWaitingForLock } from '../../../testing/lock-wait.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import type { StockItem } from '../domain/items.ts';
import { reserveStock } from '../usecases/reserve-stock.ts';
import { commitStock, releaseStock } from '../usecases/end-reservation.ts';
import { findReservation } from './reservations.ts';
import { saveReserved } from './save-reserved.ts';
import { saveEnded } from './save-ended.ts';
import type { NoteStocks } from './cached-stocks.ts';
import { findStock, type VersionedStock } from './stocks.ts';

let pool: Pool;
let admin: AdminPool;

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = new AdminPool({ connectionString: database.adminUrl, max: 2 });
  pool = openTestPool(database.urlFor('inventory'));
});
afterAll(async () => {
  await pool.end();
  await admin.end();
});

/** The newest stocks that writers have reported. */
const noted = new Map<string, VersionedStock>();
const noteStocks: NoteStocks = (stocks) => {
  for (const stock of stocks)
    if (stock.version > (noted.get(stock.partId)?.version ?? 0n)) noted.set(stock.partId, stock);
  return Promise.resolve();
};

const deps = () => ({
  now: () => new Date(),
  findReservation: findReservation(pool),
  saveReserved: saveReserved({ pool, noteStocks }),
  saveEnded: saveEnded({ pool, noteStocks }),
});
const reserve = (orderId: string, items: readonly StockItem[]) =>
  reserveStock(deps())(orderId, items);
const release = (orderId: string) => releaseStock(deps())(orderId);
const commit = (orderId: string) => commitStock(deps())(orderId);

const newId = () => crypto.randomUUID();

/** A part that no other test knows. */
const addPart = async (stockQuantity: number): Promise<string> => {
  const partId = newId();
  await pool.query(
    `INSERT INTO inventory.parts
     SELECT $1, name, description, price_minor, $2, 0, category, length_cm, width_cm, height_cm, weight_kg,
            manufacturer_name, manufacturer_country, manufacturer_website, tags, metadata, created_at, updated_at
       FROM inventory.parts LIMIT 1`,
    [partId, stockQuantity],
  );
  return partId;
};
const stockOf = async (partId: string) => {
  const stock = (await findStock(pool)(partId))!;
  const { stockQuantity, reserved } = stock;
  if (stock.version > 0n) expect(noted.get(partId)).toEqual(stock);
  return [Number(stockQuantity), Number(reserved)];
};

test('a reservation is found again, and its pieces are set aside', async () => {
  const [one, two] = [await addPart(10), await addPart(5)].sort() as [string, string];
  const orderId = newId();
  const items = [
    { partId: one, quantity: 3 },
    { partId: two, quantity: 5 },
  ];
  await reserve(orderId, items.toReversed());
  expect(await findReservation(pool)(orderId)).toEqual({ orderId, status: 'RESERVED', items });
  expect((await stockOf(one))[1]).toBe(3);
  expect((await stockOf(two))[1]).toBe(5);
});

test('all or none: one part that is short or unknown leaves no trace', async () => {
  const [enough, short, orderId] = [await addPart(10), await addPart(2), newId()];
  const items = [enough, short].map((partId) => ({ partId, quantity: 3 }));
  await expect(reserve(orderId, items)).rejects.toMatchObject({
    reason: 'out-of-stock',
    metadata: { part_ids: short },
  });
  const unknown = newId();
  const withUnknown = [...items, { partId: unknown, quantity: 1 }];
  await expect(reserve(orderId, withUnknown)).rejects.toMatchObject({
    reason: 'part-not-found',
    metadata: { part_ids: unknown },
  });
  expect(await stockOf(enough)).toEqual([10, 0]);
  expect(await findReservation(pool)(orderId)).toBeUndefined();
});

test('the last pieces can be reserved, again by the same order, and by no other', async () => {
  const [partId, orderId] = [await addPart(4), newId()];
  await reserve(orderId, [{ partId, quantity: 4 }]);
  await reserve(orderId, [
    { partId, quantity: 1 },
    { partId, quantity: 3 },
  ]);
  await expect(reserve(orderId, [{ partId, quantity: 1 }])).rejects.toMatchObject({
    reason: 'reservation-differs',
  });
  await expect(reserve(newId(), [{ partId, quantity: 1 }])).rejects.toMatchObject({
    reason: 'out-of-stock',
  });
  expect(await stockOf(partId)).toEqual([4, 4]);
});

test('released pieces are there again, once; the order gets none any more', async () => {
  const [partId, orderId] = [await addPart(4), newId()];
  await reserve(orderId, [{ partId, quantity: 3 }]);
  for (let times = 0; times < 2; times += 1) {
    await release(orderId);
    expect(await stockOf(partId)).toEqual([4, 0]);
  }
  await expect(reserve(orderId, [{ partId, quantity: 3 }])).rejects.toMatchObject({
    reason: 'reservation-released',
  });
  await expect(commit(orderId)).rejects.toMatchObject({ reason: 'reservation-released' });
});

test('a release that comes first keeps a late reservation out', async () => {
  const [partId, orderId] = [await addPart(4), newId()];
  await release(orderId);
  await release(orderId);
  await expect(reserve(orderId, [{ partId, quantity: 1 }])).rejects.toMatchObject({
    reason: 'reservation-released',
  });
  expect(await findReservation(pool)(orderId)).toEqual({ orderId, status: 'RELEASED', items: [] });
  expect(await stockOf(partId)).toEqual([4, 0]);
});

test('committed pieces are out of the stock, once, and cannot be given back', async () => {
  const [partId, orderId] = [await addPart(4), newId()];
  await reserve(orderId, [{ partId, quantity: 3 }]);
  for (let times = 0; times < 2; times += 1) {
    await commit(orderId);
    expect(await stockOf(partId)).toEqual([1, 0]);
  }
  const committed = { reason: 'reservation-committed' };
  await expect(release(orderId)).rejects.toMatchObject(committed);
  await expect(reserve(orderId, [{ partId, quantity: 3 }])).rejects.toMatchObject(committed);
  await expect(commit(newId())).rejects.toMatchObject({ reason: 'reservation-not-found' });
});

/** How many were done, and why the others were not. */
const outcomesOf = async (calls: Promise<void>[]) => {
  const reasons = new Set<string>();
  const refusals = await Promise.all(
    calls.map((call) =>
      call.then(
        () => 0,
        (error: unknown) => {
          reasons.add(reasonOf(error) ?? String(error));
          return 1;
        },
      ),
    ),
  );
  return { done: refusals.filter((one) => one === 0).length, reasons };
};

test('200 orders at once get no more than there is, whatever the order of their items', async () => {
  const parts = [await addPart(100), await addPart(150), await addPart(1_000)];
  const calls = Array.from({ length: 200 }, (_, i) => {
    const items = parts.map((partId) => ({ partId, quantity: 1 }));
    return reserve(newId(), i % 2 === 0 ? items : items.toReversed());
  });
  expect(await outcomesOf(calls)).toEqual({ done: 100, reasons: new Set(['out-of-stock']) });
  expect(await Promise.all(parts.map(stockOf))).toEqual([
    [100, 100],
    [150, 100],
    [1_000, 100],
  ]);
});

test('twins make one reservation, also when it takes the last pieces, and all hear that it is made', async () => {
  const [partId, orderId] = [await addPart(5), newId()];
  const calls = Array.from({ length: 50 }, () => reserve(orderId, [{ partId, quantity: 3 }]));
  expect(await outcomesOf(calls)).toEqual({ done: 50, reasons: new Set() });
  expect(await stockOf(partId)).toEqual([5, 3]);
});

test('of reservations, releases and commits of many orders at once nothing is lost and nothing waits in a circle', async () => {
  const parts = [await addPart(1_000), await addPart(1_000), await addPart(1_000)];
  const orders = Array.from({ length: 30 }, newId);
  const items = parts.map((partId) => ({ partId, quantity: 2 }));
  const calls = orders.flatMap((orderId) => [
    reserve(orderId, items),
    reserve(orderId, items.toReversed()),
    release(orderId),
    reserve(orderId, items),
    commit(orderId),
    release(orderId),
  ]);
  const { reasons } = await outcomesOf(calls);
  const known = ['released', 'committed', 'not-found'].map((word) => `reservation-${word}`);
  expect([...reasons].filter((reason) => !known.includes(reason))).toEqual([]);
  const statuses = await Promise.all(
    orders.map(async (orderId) => (await findReservation(pool)(orderId))?.status),
  );
  const count = (status: string) => statuses.filter((one) => one === status).length;
  const left = [1_000 - 2 * count('COMMITTED'), 2 * count('RESERVED')];
  expect(await Promise.all(parts.map(stockOf))).toEqual([left, left, left]);
});

/** Holds a part's row while `work` runs. */
const whileHeld = async (partId: string, work: () => Promise<void>): Promise<void> => {
  const holder = await admin.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM inventory.parts WHERE part_id = $1 FOR UPDATE', [partId]);
    await work();
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
};

// a twin of the reservation may wait for its row while it holds parts: they would wait in a circle
test.each([release, commit])('who waits for a part holds no reservation', async (end) => {
  const [first, last] = [await addPart(5), await addPart(5)].sort() as [string, string];
  const orderId = newId();
  const items = [first, last].map((partId) => ({ partId, quantity: 1 }));
  await reserve(orderId, items);
  let ended: Promise<void> | undefined;
  await whileHeld(last, async () => {
    ended = end(orderId);
    await untilWaitingForLock(admin, 'inventory');
    const lockNow = 'SELECT FROM inventory.reservations WHERE order_id = $1 FOR UPDATE NOWAIT';
    expect((await admin.query(lockNow, [orderId])).rowCount).toBe(1);
  });
  await ended;
  expect((await stockOf(first))[1]).toBe(0);
});
