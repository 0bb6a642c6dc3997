import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../deploy/local/kafka.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { findFreePort } from '../free-port.ts';
import { recordKafkaClasses } from './record-classes.ts';
import { engines } from './running.ts';

const prefix = 'inorder-test-';

/**
 * Starts the one Postgres and the one Kafka that all tests of this run share, with their own ports and folders. They
 * die with this process, however it ends.
 */
const setup = async (): Promise<void> => {
  if (engines.folder !== undefined) return;
  await removeOldFolders();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  engines.folder = folder;
  // Postgres may run as another account, which must be able to enter the folder.
  await chmod(folder, 0o755);
  await recordKafkaClasses(folder);
  const [postgres, kafka] = await Promise.all([
    startPostgres({
      dataDir: join(folder, 'postgres'),
      port: await findFreePort(),
      logFile: join(folder, 'postgres.log'),
      isThrowAway: true,
      // the services of several files at once, with their pools
      settings: { max_connections: 400 },
    }),
    startKafka({
      dataDir: join(folder, 'kafka'),
      port: await findFreePort(),
      controllerPort: await findFreePort(),
      logFile: join(folder, 'kafka.log'),
      isThrowAway: true,
      say: console.error,
    }),
  ]);
  engines.started.push(postgres, kafka);
  process.env['TEST_DATABASE_URL'] = postgres.url;
  process.env['TEST_KAFKA_BROKERS'] = kafka.brokers;
  // for tests that corrupt the broker's log files
  process.env['TEST_KAFKA_LOGS'] = join(folder, 'kafka/data');
};

/** Removes folders of earlier runs that were killed before they could clean up. */
const removeOldFolders = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : NaN;
    if (!Number.isNaN(pid) && !isAlive(pid)) {
      await rm(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default setup;
