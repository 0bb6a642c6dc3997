import { openTestCache, type TestCache } from '../../../testing/cache/open-test-cache.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/engines/database.ts';
import { startTestRedis, type TestRedis } from '../../../testing/engines/redis.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import type { Pool } from '#platform/database/pool.ts';
import { commitStock, releaseStock } from '../usecases/end-reservation.ts';
import { reserveStock } from '../usecases/reserve-stock.ts';
import { cacheStocks } from './cached-stocks.ts';
import { findReservation } from './reservations.ts';
import { saveEnded } from './save-ended.ts';
import { saveReserved } from './save-reserved.ts';
import { findStock, type VersionedStock } from './stocks.ts';

let redis: TestRedis;
let database: TestDatabase;
const open: { pool: Pool; cache: TestCache }[] = [];
beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
});
afterAll(async () => {
  for (const { pool, cache } of open) {
    cache.close();
    await pool.end();
  }
  await redis.close();
});

/** By part, the newest version that was reported to the cache. */
const reported = new Map<string, bigint>();

/** What a process of inventory has: its own connections, and the writers and readers on them. */
const openProcess = async () => {
  const pool = openTestPool(database.urlFor('inventory'));
  const cache = await openTestCache(redis.url);
  open.push({ pool, cache });
  const { findStock: readStock, noteStocks } = cacheStocks(pool, cache);
  const save = {
    pool,
    noteStocks: async (stocks: readonly VersionedStock[]) => {
      await noteStocks(stocks);
      for (const { partId: part, version } of stocks)
        if (version > (reported.get(part) ?? 0n)) reported.set(part, version);
    },
  };
  const deps = {
    now: () => new Date(),
    findReservation: findReservation(pool),
    saveReserved: saveReserved(save),
    saveEnded: saveEnded(save),
  };
  return {
    cache,
    loadStock: findStock(pool),
    readStock,
    reserve: reserveStock(deps),
    release: releaseStock(deps),
    commit: commitStock(deps),
  };
};

const partId = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const newId = () => crypto.randomUUID();

test('who asks after a reservation was made, released or committed sees it, in another process too', async () => {
  const [one, other] = [await openProcess(), await openProcess()];
  const part = partId(1);
  const [first, second] = [newId(), newId()];
  const items = [{ partId: part, quantity: 3 }];
  await other.readStock(part);
  for (const change of [
    () => one.reserve(first, items),
    () => one.reserve(second, items),
    () => one.release(first),
    () => one.commit(second),
  ]) {
    await change();
    expect(await other.readStock(part)).toEqual(await one.loadStock(part));
  }
  // the writer has reported the value, so nobody loads it again
  expect(await other.cache.counts('cache_requests_total')).toEqual({ loaded: 1, hit: 4 });
  expect((await one.loadStock(part))?.version).toBe(4n);
});

test('what nobody has changed is unknown or known to both', async () => {
  const process = await openProcess();
  const unknown = newId();
  expect(await process.readStock(unknown)).toBeUndefined();
  expect(await process.readStock(partId(2))).toMatchObject({ version: 0n });
});

test('many writers and readers in three processes: nobody gets an older stock than was reported before it asked', async () => {
  const processes = await Promise.all([openProcess(), openProcess(), openProcess()]);
  const parts = [partId(3), partId(4)];
  const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
  let work = 0;
  const write = async () => {
    const [writer, part, order] = [at(processes, work++), at(parts, work), newId()];
    await writer.reserve(order, [{ partId: part, quantity: 1 }]);
    await (work % 3 === 0 ? writer.commit(order) : writer.release(order));
  };
  const read = async () => {
    const [reader, part] = [at(processes, work++), at(parts, work)];
    const least = reported.get(part) ?? 0n;
    const seen = (await reader.readStock(part))?.version ?? -1n;
    if (seen < least) stale.push([part, seen, least]);
  };
  const stale: unknown[] = [];
  const repeat = async (times: number, act: () => Promise<void>) => {
    for (let n = 0; n < times; n += 1) await act();
  };
  await Promise.all([
    ...Array.from({ length: 6 }, () => repeat(40, write)),
    ...Array.from({ length: 6 }, () => repeat(150, read)),
    repeat(20, async () => {
      await redis.client.flushall();
    }),
  ]);
  expect(stale).toEqual([]);
  for (const { readStock, loadStock } of processes)
    for (const part of parts) expect(await readStock(part)).toEqual(await loadStock(part));
});
