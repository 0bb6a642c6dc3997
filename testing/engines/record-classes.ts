import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../free-port.ts';
import { ensureKafkaLibs } from '../../deploy/local/kafka-libs.ts';
import { recordedClassesFile, startKafka } from '../../deploy/local/kafka.ts';

/**
 * Starts and ends one broker, once a checkout, so that the JVM writes down the classes that it has loaded: the
 * forty brokers of a run then start in half the time.
 */
export const recordKafkaClasses = async (folder: string): Promise<void> => {
  const file = recordedClassesFile(await ensureKafkaLibs({ say: console.error }));
  const isThere = () =>
    access(file).then(
      () => true,
      () => false,
    );
  if (await isThere()) return;
  const half = `${file}.${process.pid}`;
  const kafka = await startKafka({
    dataDir: join(folder, 'kafka-classes'),
    port: await findFreePort(),
    controllerPort: await findFreePort(),
    logFile: join(folder, 'kafka-classes.log'),
    isThrowAway: true,
    recordClassesTo: half,
  });
  // no limit by the clock: a file that is half written is of no use
  kafka.kill('SIGTERM');
  await kafka.exited;
  await rename(half, file).catch(() => undefined);
};
