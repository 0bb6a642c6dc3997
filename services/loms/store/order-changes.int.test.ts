import { readFile } from 'node:fs/promises';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { createOrder } from '../usecases/create-order.ts';
import { cancelOrder, payOrder } from '../usecases/change-status.ts';
import { loadForCreation } from './load-for-creation.ts';
import { findChangesAfter } from './order-changes.ts';
import { findOrder } from './orders.ts';
import { saveReserved } from './save-created.ts';
import { saveFailed } from './save-failed.ts';
import { saveStatusChange } from './save-status-change.ts';

const call = { signal: new AbortController().signal, headers: {} };
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

let pool: Pool;
let now = at(0);

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openTestPool(database.urlFor('loms'));
});
afterAll(() => pool.end());

const useCases = () => {
  const save = { pool, wakePublisher: () => undefined };
  const deps = { now: () => now, newEventId: newId, findOrder: findOrder(pool) };
  const changeDeps = { ...deps, saveStatusChange: saveStatusChange(save) };
  const create = createOrder({
    ...deps,
    loadForCreation: loadForCreation(pool),
    saveReserved: saveReserved(save),
    saveFailed: saveFailed(save),
  });
  return { create, pay: payOrder(changeDeps), cancel: cancelOrder(changeDeps) };
};

/** An order of each kind: payed, cancelled, failed, awaiting payment. */
const makeOrders = async (): Promise<bigint[]> => {
  const { create, pay, cancel } = useCases();
  const place = (count: number) =>
    create({ userId: 1n, items: [{ sku: 1002n, count }] }, call).catch((error: unknown) =>
      BigInt((error as { metadata: { order_id: string } }).metadata.order_id),
    );
  now = at(1);
  const ids = [await place(1), await place(1), await place(1_000_000), await place(1)] as const;
  now = at(2);
  await pay(ids[0], call);
  await cancel(ids[1], call);
  return [...ids];
};

const everything = (ids: readonly bigint[], after = 0n) =>
  findChangesAfter(pool)(new Map(ids.map((id) => [id, after])));

test('each change of an order is kept with its time and reason, and found after a sequence', async () => {
  const [payed, cancelled, failed, awaiting] = (await makeOrders()) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const opened = (orderId: bigint) => [
    { orderId, sequence: 1n, status: 'new', moment: at(1) },
    { orderId, sequence: 2n, status: 'awaiting payment', previousStatus: 'new', moment: at(1) },
  ];
  const end = { sequence: 3n, previousStatus: 'awaiting payment', moment: at(2) };
  const found = await everything([payed, cancelled, failed, awaiting, 999_999n]);
  expect(Object.fromEntries(found)).toEqual({
    [String(payed)]: [...opened(payed), { orderId: payed, status: 'payed', ...end }],
    [String(cancelled)]: [
      ...opened(cancelled),
      { orderId: cancelled, status: 'cancelled', reason: 'by-request', ...end },
    ],
    [String(failed)]: [
      { orderId: failed, sequence: 1n, status: 'new', moment: at(1) },
      {
        orderId: failed,
        sequence: 2n,
        status: 'failed',
        previousStatus: 'new',
        reason: 'out-of-stock',
        moment: at(1),
      },
    ],
    [String(awaiting)]: opened(awaiting),
  });
  const later = await everything([payed, awaiting], 2n);
  expect([...later.keys()]).toEqual([payed]);
  expect(later.get(payed)).toMatchObject([{ sequence: 3n }]);
});

test('a change that is not saved leaves no row', async () => {
  const { create, pay, cancel } = useCases();
  const id = await create({ userId: 1n, items: [{ sku: 1002n, count: 1 }] }, call);
  await Promise.allSettled([pay(id, call), cancel(id, call), pay(id, call), cancel(id, call)]);
  expect((await everything([id])).get(id)!.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n]);
});

test('the migration knows of orders of before what was written with them', async () => {
  const ids = await makeOrders();
  const before = await everything(ids);
  const migration = await readFile(
    new URL('migrations/0006_order_changes.sql', import.meta.url),
    'utf8',
  );
  await pool.query('DELETE FROM loms.order_changes');
  await pool.query(migration.slice(migration.indexOf('INSERT INTO')));
  expect(await everything(ids)).toEqual(before);
});
