import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '../../../deploy/migrate-database.ts';
import { schemaOwners } from '../../../deploy/services.ts';
import { startKafkaCluster, type KafkaCluster } from '../../../testing/engines/kafka-cluster.ts';
import { startPostgresPair, type PostgresPair } from '../../../testing/engines/postgres-pair.ts';
import { createTopics, openQueries, type Closer, type Stores } from '../engines.ts';
import { startProxy, type Proxy } from '../../../testing/engines/proxy.ts';

/** Three real brokers and a Postgres primary with a synchronous standby, all behind proxies. */
export interface ClusterStores extends Stores {
  readonly cluster: KafkaCluster;
  readonly pair: PostgresPair;
  /** The database's address as processes know it; the proxy can be pointed to another server. */
  readonly address: Proxy;
  /** The same address for whoever checks the result of a fault. */
  readonly observer: Proxy;
  /** A folder for files that a fault needs. */
  readonly folder: string;
}

export const openClusterStores = async (closers: Closer[]): Promise<ClusterStores> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-chaos-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  // Postgres may run as another account, which must be able to enter the folder.
  await chmod(folder, 0o755);
  const pair = await startPostgresPair(folder);
  closers.push(() => pair.close());
  const cluster = await startKafkaCluster(folder);
  closers.push(() => cluster.close());
  const [address, observer] = [
    await startProxy(pair.primary.port),
    await startProxy(pair.primary.port),
  ];
  closers.push(() => Promise.all([address.close(), observer.close()]));
  await migrateDatabase(pair.primary.url, schemaOwners({}), () => undefined);
  await createTopics(cluster.direct, 'cluster');
  const databaseUrl = new URL(pair.primary.url);
  databaseUrl.port = String(observer.port);
  return {
    databaseUrl: databaseUrl.href,
    brokers: cluster.direct,
    given: { postgresPort: address.port, brokers: cluster.proxied },
    query: openQueries(databaseUrl.href, closers),
    pair,
    cluster,
    address,
    observer,
    folder,
  };
};
