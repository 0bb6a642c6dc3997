import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startKafka } from '../../deploy/local/kafka.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { removeDataFolder } from '../../deploy/local/postgres-files.ts';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/services.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { startProcess } from '../../testing/engines/process.ts';
import { mountDisk, type SmallDisk } from './small-disk.ts';
import { startServer, type Server } from '../../testing/engines/part.ts';
import { startProxy, type Proxy } from '../../testing/engines/proxy.ts';

/** Postgres and Kafka behind proxies, with tables and topics: every rig is built on them. */
export interface Stores {
  /** The superuser's URL, which bypasses the proxies, for checking the result of a fault. */
  readonly databaseUrl: string;
  /** The brokers' addresses, which bypass the proxies, too. */
  readonly brokers: string;
  /** The addresses that processes use; faults affect these. */
  readonly given: Given;
  query: <Row>(text: string, values?: unknown[]) => Promise<Row[]>;
}

export interface Given {
  readonly postgresPort: number;
  readonly brokers: string;
  /** Settings for the process with this name only. */
  readonly envOf?: (name: string) => Readonly<Record<string, string>>;
  /** The file to which the process with this name writes its log. */
  readonly stdoutOf?: (name: string) => string | undefined;
}

/** One Postgres and one Kafka broker, each behind a proxy. */
export interface Engines extends Stores {
  readonly postgres: Server;
  readonly broker: Server;
  /** The broker's disk; undefined where we may not mount one. */
  readonly brokerDisk: SmallDisk | undefined;
  readonly proxies: Readonly<Record<'postgres' | 'kafka', Proxy>>;
}

const brokerDiskMiB = 640;

export type Closer = () => Promise<unknown>;

/** Starts both. The functions that stop them are added to the closers, which run in reverse order. */
export const openEngines = async (closers: Closer[]): Promise<Engines> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-chaos-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  // Postgres may run as another account, which must be able to enter the folder.
  await chmod(folder, 0o755);
  const brokerDisk = await mountDisk(join(folder, 'kafka'), brokerDiskMiB);
  if (brokerDisk) closers.push(() => brokerDisk.unmount());
  const [database, kafka] = await Promise.all([
    openPostgres(folder, closers),
    openKafka(folder, closers),
  ]);
  const { databaseUrl } = database;
  await migrateDatabase(databaseUrl, schemaOwners({}), () => undefined);
  await createTopics(kafka.brokers);
  return {
    databaseUrl,
    brokers: kafka.brokers,
    brokerDisk,
    given: { postgresPort: database.proxy.port, brokers: `127.0.0.1:${kafka.proxy.port}` },
    proxies: { postgres: database.proxy, kafka: kafka.proxy },
    postgres: database.server,
    broker: kafka.server,
    query: openQueries(databaseUrl, closers),
  };
};

/** Opens a pool that reads the tables as the superuser. */
export const openQueries = (databaseUrl: string, closers: Closer[]): Stores['query'] => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 });
  // the next query rejects with the same error
  pool.on('error', () => undefined);
  closers.push(() => pool.end());
  return async <Row>(text: string, values: unknown[] = []) =>
    (await pool.query(text, values)).rows as Row[];
};

const openPostgres = async (folder: string, closers: Closer[]) => {
  const port = await findFreePort();
  const dataDir = join(folder, 'postgres');
  closers.push(() => removeDataFolder(dataDir));
  let databaseUrl = '';
  // The server keeps its durability settings, because after a crash everything committed must be there.
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
    dataDir: join(folder, 'kafka'),
    port,
    controllerPort: await findFreePort(),
    proxied: { port: behindProxy, advertisedPort: proxy.port },
    logFile: join(folder, 'kafka.log'),
    isThrowAway: true,
  };
  const server = await startServer(() => startKafka(options));
  closers.push(() => server.kill('SIGKILL'));
  return { server, proxy, brokers: `127.0.0.1:${port}` };
};

/** Creates the topics of the manifest that are missing. */
export const createTopics = async (
  brokers: string,
  profile: 'local' | 'cluster' = 'local',
): Promise<void> => {
  const entry = 'deploy/create-topics.ts';
  const env = { KAFKA_BROKERS: brokers, TOPICS_PROFILE: profile };
  const init = startProcess({ name: entry, entry, env });
  if ((await init.exit).code !== 0) throw new Error(`${entry} failed:\n${init.lines.join('\n')}`);
};
