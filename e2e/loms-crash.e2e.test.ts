import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { startPostgres } from '../deploy/local/postgres.ts';
import { migrateDatabase } from '../deploy/migrate-database.ts';
import { schemaOwners } from '../deploy/services.ts';
import { findFreePort } from '../testing/free-port.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import {
  protocols,
  killLeftLoms,
  startLoms,
  type RunningLoms,
} from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';

const { orderCreate, orderPay, stocksInfo } = LomsService.method;

afterEach(killLeftLoms);

describe('kill -9 in the middle of the load', () => {
  let tables: LomsTables;
  let databaseName: string;
  let databaseUrl: string;

  beforeAll(async () => {
    const database = await createTestDatabase();
    databaseName = database.name;
    databaseUrl = database.urlFor('loms');
    tables = openLomsTables(database.adminUrl);
  });

  afterAll(() => tables.close());

  /** Waits until the server has ended the statements that the killed process had sent. */
  const untilServerIsQuiet = () =>
    waitFor(
      async () => {
        const { rowCount } = await tables.admin.query(
          "SELECT FROM pg_stat_activity WHERE datname = $1 AND usename = 'loms'",
          [databaseName],
        );
        return rowCount === 0;
      },
      { what: 'no session of loms' },
    );

  /** Creates and pays orders until the process dies, and collects the orders for which it answered with success. */
  const callUntilItDies = async (loms: RunningLoms, sku: bigint, answered: bigint[]) => {
    for (;;) {
      const items = [{ sku, count: 1 }];
      const created = await loms.clients.grpc.call(orderCreate, { userId: 1n, items });
      if (created.code !== 'OK') return;
      const { orderId } = created.answer as unknown as { orderId: bigint };
      answered.push(orderId);
      if (orderId % 2n === 0n) await loms.clients.grpc.call(orderPay, { orderId });
    }
  };

  test.each([1, 2, 3])(
    'round %d: every order has exactly its events, and each answered one is kept',
    async () => {
      const loms = await startLoms(databaseUrl, { LOG_LEVEL: 'info' });
      const sku = await tables.addStock(1_000_000);
      const answered: bigint[] = [];
      const callers = Array.from({ length: 24 }, () => callUntilItDies(loms, sku, answered));
      await waitFor(() => answered.length > 150, { what: 'load', intervalMs: 1 });
      loms.process.kill('SIGKILL');
      expect(await loms.process.exit).toEqual({ code: null, signal: 'SIGKILL' });
      await Promise.all(callers);
      loms.closeClients();
      await untilServerIsQuiet();

      expect(await tables.findHalfDone()).toEqual([]);
      const { rows } = await tables.admin.query<{ order_id: string; status: string }>(
        `SELECT order_id, status FROM loms.orders JOIN loms.order_items USING (order_id)
          WHERE sku = $1`,
        [sku],
      );
      const kept = new Set(rows.map(({ order_id }) => BigInt(order_id)));
      expect(answered.filter((orderId) => !kept.has(orderId))).toEqual([]);
      const reserved = rows.filter(({ status }) => status === 'awaiting payment').length;
      const payed = rows.length - reserved;
      expect(await tables.stockOf(sku)).toEqual({ totalCount: 1_000_000 - payed, reserved });
    },
  );
});

test('the database goes away and comes back: UNAVAILABLE in between, no restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loms-database-away-'));
  // Postgres may run as another account, which must be able to enter the folder.
  await chmod(folder, 0o755);
  const options = {
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    port: await findFreePort(),
    isThrowAway: true,
  };
  let postgres = await startPostgres(options);
  await migrateDatabase(postgres.url, schemaOwners({}), () => undefined);
  const url = new URL(postgres.url);
  url.username = url.password = 'loms';
  const loms = await startLoms(url.href);
  const statusOf = async (path: string) => (await fetch(`${loms.url}${path}`)).status;
  const askEverywhere = () =>
    Promise.all(
      protocols.map((protocol) => loms.clients[protocol].call(stocksInfo, { sku: 1002n })),
    );
  expect(await statusOf('/readyz')).toBe(200);

  await postgres.stop();
  for (const outcome of await askEverywhere()) {
    expect(outcome).toMatchObject({ reason: 'database-unavailable' });
    expect(['UNAVAILABLE', '503']).toContain(outcome.code);
    expect(outcome.message).toMatch(/database is unavailable; try again/);
  }
  const readyz = await fetch(`${loms.url}/readyz`);
  expect(readyz.status).toBe(503);
  expect(await readyz.json()).toMatchObject({
    ready: false,
    checks: { database: expect.stringContaining('ECONNREFUSED') },
  });
  expect(await statusOf('/healthz')).toBe(200);

  postgres = await startPostgres(options);
  await waitFor(async () => (await statusOf('/readyz')) === 200, { what: 'readiness' });
  for (const outcome of await askEverywhere()) {
    expect(['OK', '200']).toContain(outcome.code);
  }
  expect(await loms.stop()).toEqual({ code: 0, signal: null });
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});
