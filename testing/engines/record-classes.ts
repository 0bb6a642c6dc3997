import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../free-port.ts';
import { ensureKafkaLibs } from '../../deploy/local/kafka-libs.ts';
import { recordedClassesFile, startKafka } from '../../deploy/local/kafka.ts';

/**
 * Starts and stops one broker, once for each checkout, so that the JVM writes a class archive. The forty or so
 * brokers of a test run then start in half the time.
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
  // There is no time limit, because a half-written archive is useless.
  kafka.kill('SIGTERM');
  await kafka.exited;
  await rename(half, file).catch(() => undefined);
};
