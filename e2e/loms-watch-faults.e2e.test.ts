import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { connect, constants } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBinary, create } from '@bufbuild/protobuf';
import { LomsService, WatchOrderRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import { startPostgres, type Postgres } from '../deploy/local/postgres.ts';
import { migrateDatabase } from '../deploy/migrate-database.ts';
import { schemaOwners } from '../deploy/services.ts';
import { findFreePort } from '../testing/free-port.ts';
import { waitFor } from '../testing/wait-for.ts';
import {
  protocols,
  killLeftLoms,
  startLoms,
  type RunningLoms,
} from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';
import { watchOrder } from '../testing/loms/watch-order.ts';

const { orderCreate, orderPay } = LomsService.method;

let folder: string;
let postgres: Postgres;
let tables: LomsTables;
let loms: RunningLoms;
let options: Parameters<typeof startPostgres>[0];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loms-watch-'));
  // Postgres may run as another account, which must be able to enter the folder.
  await chmod(folder, 0o755);
  options = {
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    port: await findFreePort(),
    isThrowAway: true,
  };
  postgres = await startPostgres(options);
  await migrateDatabase(postgres.url, schemaOwners({}), () => undefined);
  tables = openLomsTables(postgres.url);
  const url = new URL(postgres.url);
  url.username = url.password = 'loms';
  loms = await startLoms(url.href, { WATCH_STALL_SECONDS: '0.5' });
});

afterAll(async () => {
  await loms.stop();
  await killLeftLoms();
  await tables.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const createOrder = async (): Promise<bigint> => {
  const items = [{ sku: await tables.addStock(10), count: 1 }];
  const { answer } = await loms.clients.grpc.call(orderCreate, { userId: 1n, items });
  return (answer as unknown as { orderId: bigint }).orderId;
};
const countWatches = async (): Promise<number> => {
  const text = await (await fetch(`${loms.url}/metrics`)).text();
  return Number(/^loms_watches (\d+)$/m.exec(text)?.[1]);
};
const countListeners = async (): Promise<number> => {
  const { rows } = await tables.admin.query<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity
      WHERE usename = 'loms' AND application_name = 'outbox wake-up listener'`,
  );
  return rows[0]!.count;
};

test('all who watch share one listening connection, which goes after the last', async () => {
  expect(await countListeners()).toBe(0);
  const orderId = await createOrder();
  const watches = protocols.map((protocol) => watchOrder(loms, protocol, { orderId }));
  await waitFor(async () => (await countListeners()) === 1, { what: 'a listener' });
  await waitFor(() => watches.every((watch) => watch.told().length === 2), { what: 'the past' });
  expect(await countListeners()).toBe(1);
  await loms.clients.grpc.call(orderPay, { orderId });
  await Promise.all(watches.map(({ end }) => end));
  await waitFor(async () => (await countListeners()) === 0, { what: 'none' });
});

test('the database goes away and comes back: watches stay, and go on', async () => {
  const orderId = await createOrder();
  const watches = protocols.map((protocol) => watchOrder(loms, protocol, { orderId }));
  await waitFor(() => watches.every((watch) => watch.told().length === 2), { what: 'the past' });
  await postgres.stop();
  expect(await countWatches()).toBe(protocols.length);
  postgres = await startPostgres(options);
  await waitFor(async () => (await fetch(`${loms.url}/readyz`)).ok, { what: 'readiness' });
  await loms.clients.grpc.call(orderPay, { orderId });
  for (const watch of watches) {
    expect(['OK', '200']).toContain((await watch.end).code);
    expect(watch.told().map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  }
});

test('a gRPC client without a window, which can take nothing, is cut off', async () => {
  const orderId = await createOrder();
  const settings = { initialWindowSize: 0 };
  const session = connect(`http://127.0.0.1:${loms.grpcPort}`, { settings });
  session.on('error', () => undefined);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/loms.v1.LomsService/WatchOrder',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  const bytes = toBinary(WatchOrderRequestSchema, create(WatchOrderRequestSchema, { orderId }));
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, bytes.length]), bytes]));
  await waitFor(async () => (await countWatches()) === 1, { what: 'a watch' });
  await waitFor(() => stream.closed, { what: 'the reset' });
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  await waitFor(async () => (await countWatches()) === 0, { what: 'no watch' });
  session.destroy();
});
