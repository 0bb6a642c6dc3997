import { GetStockRequestSchema, InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { create } from '@bufbuild/protobuf';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { startTestRedis, type TestRedis } from '../testing/engines/redis.ts';
import { createGrpcClient } from '../testing/rpc-clients.ts';
import {
  killLeftServices,
  launchService,
  portOf,
  untilReady,
} from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';
import { readMetrics } from '../tools/demo/metrics.ts';

let redis: TestRedis;
let database: TestDatabase;
beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
});
afterEach(killLeftServices);
afterAll(() => redis.close());

const partId = '01970000-0000-7000-8000-000000000001';
const { getStock, reserveStock } = InventoryService.method;

interface Inventory {
  process: TestProcess;
  url: string;
  client: ReturnType<typeof createGrpcClient>;
}

const start = async (REDIS_URL = redis.url): Promise<Inventory> => {
  const env = { DATABASE_URL: database.urlFor('inventory'), REDIS_URL };
  const process = launchService('inventory', env);
  const { url } = await untilReady(process);
  return { process, url, client: createGrpcClient(await portOf(process, 'gRPC is open')) };
};

/** How many reads of all processes were answered in each way. */
const countReads = async (processes: readonly Inventory[]) => {
  const samples = (await Promise.all(processes.map(({ url }) => readMetrics(url)))).flat();
  const reads = samples.filter(({ metric }) => metric === 'cache_requests_total');
  const sumOf = (result: string) =>
    reads
      .filter(({ labels }) => labels['result'] === result)
      .reduce((sum, { value }) => sum + value, 0);
  return { loaded: sumOf('loaded'), uncached: sumOf('uncached') };
};

const stockFrom = ({ client }: Inventory, part = partId) =>
  client.call(getStock, create(GetStockRequestSchema, { partId: part }));

test('of a thousand readers of a cold part, at two processes, one reads the database', async () => {
  const both = await Promise.all([start(), start()]);
  const seeded = Array.from(
    { length: 12 },
    (_, n) => `${partId.slice(0, -2)}${String(n + 1).padStart(2, '0')}`,
  );
  // On a busy machine Redis may miss its deadline: then readers do without, and the next cold part is tried.
  const round = async (): Promise<boolean> => {
    const part = seeded.shift();
    const before = await countReads(both);
    const calls = both.flatMap((one) => Array.from({ length: 500 }, () => stockFrom(one, part)));
    const codes = (await Promise.all(calls)).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['OK']));
    const after = await countReads(both);
    if (after.uncached > before.uncached) return false;
    expect(after.loaded - before.loaded).toBe(1);
    return true;
  };
  expect(await waitFor(round, { what: 'a round in which Redis answers in time' })).toBe(true);
  for (const { client } of both) client.close();
});

test('without Redis it is ready, answers, takes changes, says so once, and stops in good order', async () => {
  redis.proxy.set('reset');
  const one = await start(redis.proxiedUrl);
  const before = await stockFrom(one);
  const items = [{ partId, quantity: 2 }];
  for (let n = 0; n < 10; n += 1) {
    const orderId = crypto.randomUUID();
    expect(await one.client.call(reserveStock, { orderId, items })).toMatchObject({ code: 'OK' });
    expect(await stockFrom(one)).toMatchObject({ code: 'OK' });
  }
  const available = (outcome: unknown) =>
    (outcome as { answer: { available: bigint } }).answer.available;
  expect(available(before) - available(await stockFrom(one))).toBe(20n);
  one.client.close();
  expect(await one.process.stop()).toEqual({ code: 0, signal: null });
  const warnings = one.process.lines.filter((line) => line.includes('"level":"warn"'));
  expect(warnings).toEqual([expect.stringContaining('caching in Redis failed; retrying')]);
  redis.proxy.set('pass');
});
