import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startKafka } from '../../deploy/local/kafka.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { removeDataFolder } from '../../deploy/local/postgres-files.ts';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/schemas.ts';
import { findFreePort } from '#platform/testing/free-port.ts';
import { startProcess } from '../engines/process.ts';
import { mountBrokerDisk, type BrokerDisk } from './broker-disk.ts';
import { goods } from './load.ts';
import { startServer, type Part, type Server } from './part.ts';
import { startParts } from './parts.ts';
import { startProxy, type Proxy } from './proxy.ts';

export const topic = 'loms.order-events';

/** The system that the faults happen to. The publishers and loms reach its two servers through proxies. */
export interface Rig {
  readonly url: string;
  /** The superuser's address, past the proxy. */
  readonly databaseUrl: string;
  /** Past the proxy. */
  readonly brokers: string;
  readonly postgres: Server;
  readonly broker: Server;
  /** Undefined where we may not mount. */
  readonly brokerDisk: BrokerDisk | undefined;
  readonly proxies: Readonly<Record<'postgres' | 'kafka', Proxy>>;
  readonly loms: Part;
  readonly publishers: readonly Part[];
  readonly notifiers: readonly Part[];
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends everything and removes the data. */
  close(): Promise<void>;
}

type Closer = () => Promise<unknown>;

export const startRig = async (): Promise<Rig> => {
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await open(closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
};

const open = async (closers: Closer[]): Promise<Omit<Rig, 'close'>> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-chaos-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  // Postgres may run as another account, which must get in
  await chmod(folder, 0o755);
  const brokerDisk = await mountBrokerDisk(join(folder, 'kafka'));
  if (brokerDisk) closers.push(() => brokerDisk.unmount());
  const [database, kafka] = await Promise.all([
    openPostgres(folder, closers),
    openKafka(folder, closers),
  ]);
  const proxies = { postgres: database.proxy, kafka: kafka.proxy };
  await prepare(database.databaseUrl, kafka.brokers);

  const pool = new pg.Pool({ connectionString: database.databaseUrl, max: 3 });
  // told by the next query
  pool.on('error', () => undefined);
  closers.push(() => pool.end());
  const parts = await startParts({
    databaseUrlOf: (role) => roleUrl(database.databaseUrl, role, proxies.postgres.port),
    proxiedBrokers: `127.0.0.1:${proxies.kafka.port}`,
    brokers: kafka.brokers,
  });
  closers.push(() =>
    Promise.all([parts.loms, ...parts.publishers, ...parts.notifiers].map((part) => part.kill())),
  );
  await parts.ready();
  return {
    ...{ databaseUrl: database.databaseUrl, brokers: kafka.brokers, proxies, brokerDisk },
    ...{ postgres: database.server, broker: kafka.server, ...parts },
    query: async <Row>(text: string, values: unknown[] = []) =>
      (await pool.query(text, values)).rows as Row[],
  };
};

const openPostgres = async (folder: string, closers: Closer[]) => {
  const port = await findFreePort();
  const dataDir = join(folder, 'postgres');
  closers.push(() => removeDataFolder(dataDir));
  let databaseUrl = '';
  // not for throw-away data: after a crash everything committed must be there
  const server = await startServer(async () => {
    const postgres = await startPostgres({ dataDir, port, logFile: join(folder, 'postgres.log') });
    databaseUrl = postgres.url;
    return postgres;
  });
  closers.push(() => server.kill('SIGQUIT'));
  const proxy = await startProxy(port);
  closers.push(() => proxy.close());
  return { server, proxy, databaseUrl };
};

const openKafka = async (folder: string, closers: Closer[]) => {
  const port = await findFreePort();
  const behindProxy = await findFreePort();
  const proxy = await startProxy(behindProxy);
  closers.push(() => proxy.close());
  const options = {
    ...{ dataDir: join(folder, 'kafka'), port, controllerPort: await findFreePort() },
    proxied: { port: behindProxy, advertisedPort: proxy.port },
    ...{ logFile: join(folder, 'kafka.log'), isThrowAway: true },
  };
  const server = await startServer(() => startKafka(options));
  closers.push(() => server.kill('SIGKILL'));
  return { server, proxy, brokers: `127.0.0.1:${port}` };
};

/** Tables, topics, and goods enough for every order. */
const prepare = async (databaseUrl: string, brokers: string): Promise<void> => {
  await migrateDatabase(databaseUrl, schemaOwners({}), () => undefined);
  const entry = 'deploy/create-topics.ts';
  const init = startProcess({ name: entry, entry, env: { KAFKA_BROKERS: brokers } });
  if ((await init.exit).code !== 0) throw new Error(`${entry} failed:\n${init.lines.join('\n')}`);
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  try {
    await admin.query(
      'INSERT INTO loms.stocks (sku, total_count, reserved) SELECT n, 1000000000, 0 FROM generate_series(1, $1::int) n',
      [goods],
    );
  } finally {
    await admin.end();
  }
};

const roleUrl = (databaseUrl: string, role: string, port: number): string => {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = role;
  url.port = String(port);
  return url.href;
};
