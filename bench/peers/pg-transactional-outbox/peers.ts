import { startProcess } from '../../../testing/engines/process.ts';
import type { Environment } from '../../outbox/environment.ts';
import type { Load, Peer } from '../peer.ts';
import { createProcessRelay } from '../process-relay.ts';
import { ensureInstalled, loadPackage, version } from './install.ts';
import { copySql, setup, type Way } from './settings.ts';

const table =
  'Its own table, made by its own set-up and filled by a trigger on ours in the same transaction, segment = key. ' +
  'The handler sends with kafkajs, acks all.';

const describe = (way: Way, settings: string, load: Load): Peer => ({
  letter: 'd',
  name: `pg-transactional-outbox, ${way.replace('-', ' ')}`,
  settings,
  load,
  postgresSettings: way === 'replication' ? { wal_level: 'logical' } : {},
  setUp: async (environment) => {
    const folder = await ensureInstalled();
    await setUpDatabase(environment, folder, way);
    return createProcessRelay(async () => {
      const relay = startProcess({
        name: 'pg-transactional-outbox',
        entry: 'bench/peers/pg-transactional-outbox/relay.ts',
        args: [folder, environment.adminUrl, environment.brokers, way],
        env: {},
      });
      await relay.waitForLine((line) => line === 'relaying');
      return relay;
    });
  },
});

export const polling = describe(
  'polling',
  `pg-transactional-outbox ${version}, polling listener with its defaults (5 messages, 500 ms). ${table}`,
  { drainRows: 300, livePerSecond: 8, crashRows: 200, crashPerSecond: 4 },
);

export const pollingTuned = describe(
  'polling-tuned',
  'As before, with nextMessagesBatchSize=100, nextMessagesPollingIntervalInMs=10.',
  { drainRows: 1_500, livePerSecond: 50, crashRows: 1_000, crashPerSecond: 20 },
);

export const replication = describe(
  'replication',
  'As before, replication listener with the segment mutex (in order per key, keys in parallel).',
  { drainRows: 5_000, livePerSecond: 100, crashRows: 2_000, crashPerSecond: 50 },
);

const setUpDatabase = async (environment: Environment, folder: string, way: Way): Promise<void> => {
  const query = (text: string) => environment.query(text);
  const { DatabaseSetup: sql } = loadPackage(folder);
  await query(sql.dropAndCreateTable(setup));
  await query(copySql);
  if (way === 'replication') {
    await query(sql.setupReplicationCore(setup));
    // Each statement is sent by itself, because a slot cannot be created in a transaction that has written.
    for (const statement of sql.setupReplicationSlot(setup).split(';'))
      if (statement.trim() !== '') await query(statement);
  } else {
    await query(sql.createPollingFunction(setup));
    await query(sql.setupPollingIndexes(setup));
  }
};
