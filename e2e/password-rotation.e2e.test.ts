import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { GetStockRequestSchema, InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { openConnection } from '#platform/database/connection.ts';
import { removeDataFolder } from '../deploy/local/postgres-files.ts';
import { startPostgres, type Postgres } from '../deploy/local/postgres.ts';
import { startProcess } from '../testing/engines/process.ts';
import { findFreePort } from '../testing/free-port.ts';
import { createGrpcClient } from '../testing/rpc-clients.ts';
import {
  killLeftServices,
  launchService,
  portOf,
  untilReady,
} from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

// A Postgres of its own, because roles belong to the server and not to one of its databases.

let folder: string;
let postgres: Postgres;
let passwordFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-rotation-'));
  passwordFile = join(folder, 'password');
  postgres = await startPostgres({
    dataDir: join(folder, 'data'),
    port: await findFreePort(),
    logFile: join(folder, 'log'),
    isThrowAway: true,
  });
});
afterEach(killLeftServices);
afterAll(async () => {
  postgres.kill('SIGKILL');
  await postgres.exited;
  await removeDataFolder(join(folder, 'data'));
  await rm(folder, { recursive: true });
});

/** As in Kubernetes: the file first, then the init step, which sets the role's password. */
const rotate = async (password: string): Promise<void> => {
  await writeFile(passwordFile, `${password}\n`);
  const migrations = startProcess({
    name: 'migrations',
    entry: 'deploy/migrate.ts',
    env: { DATABASE_URL: postgres.url, DB_PASSWORD_INVENTORY_FILE: passwordFile },
  });
  expect([(await migrations.exit).code, migrations.lines]).toEqual([0, expect.anything()]);
};

const urlWith = (change: (url: URL) => void): string => {
  const url = new URL(postgres.url);
  url.username = 'inventory';
  change(url);
  return url.href;
};

const part = create(GetStockRequestSchema, { partId: '01970000-0000-7000-8000-000000000001' });

test('a password that is changed twice under load costs no call and no restart', async () => {
  await rotate('the first');
  const admin = await openConnection({ url: postgres.url, applicationName: 'test' });
  const fileUrl = urlWith((url) => {
    url.password = '';
    url.searchParams.set('password_file', passwordFile);
  });
  const inventory = launchService('inventory', { DATABASE_URL: fileUrl, DATABASE_POOL_SIZE: '16' });
  await untilReady(inventory);
  const client = createGrpcClient(await portOf(inventory, 'gRPC is open'));
  let [calls, callers, isOver] = [0, 0, false];
  const call = async (): Promise<void> => {
    callers += 1;
    while (!isOver) {
      await client.call(InventoryService.method.getStock, part);
      calls += 1;
    }
  };
  const load: Promise<void>[] = [call(), call()];
  /** A failed call rejects here, and the test with it. */
  const whileUnderLoad = (until: Promise<unknown>) => Promise.race([until, Promise.all(load)]);

  /** The connections of the service that were opened after a moment of the server's clock. */
  const openedSince = async (moment: unknown): Promise<number> => {
    const { rows } = await admin.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'inventory' AND backend_start > $1",
      [moment],
    );
    return (rows[0] as { n: number }).n;
  };
  for (const [password, more] of [
    ['the second', 4],
    ['the third', 8],
  ] as const) {
    await whileUnderLoad(rotate(password));
    const { rows } = await admin.query('SELECT clock_timestamp() AS now');
    const { now } = rows[0] as { now: unknown };
    // More callers than connections: some are opened with the new password.
    load.push(...Array.from({ length: more }, call));
    const before = calls;
    await whileUnderLoad(
      waitFor(async () => (await openedSince(now)) > 0 && calls > before + 100, {
        what: 'connections with the new password',
        timeoutMs: 60_000,
      }),
    );
  }
  isOver = true;
  await Promise.all(load);
  expect(callers).toBe(14);
  expect(inventory.lines.filter((line) => /28P01|password authentication/.test(line))).toEqual([]);
  for (const password of ['the first', 'the second']) {
    const url = urlWith((old) => (old.password = encodeURIComponent(password)));
    await expect(openConnection({ url, applicationName: 'test' })).rejects.toMatchObject({
      code: '28P01',
    });
  }
  await admin.end();
  client.close();
  expect((await inventory.stop()).code).toBe(0);
}, 180_000);
