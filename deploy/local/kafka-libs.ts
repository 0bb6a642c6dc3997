import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartHooks } from './engine.ts';
import { checkout } from '../folders.ts';
import { copyGoal, ensureFetched } from './maven-cache.ts';

const pom = join(checkout, 'deploy/local/kafka-pom.xml');

/** Returns the folder with Kafka's jars, downloading them the first time. Its name is a hash of the list of jars. */
export const ensureKafkaLibs = async (hooks: StartHooks): Promise<string> => {
  const list = createHash('sha256').update(await readFile(pom));
  return ensureFetched(
    {
      name: 'Kafka',
      folder: `kafka-${list.digest('hex').slice(0, 12)}`,
      part: 'kafka',
      what: '46 jars, 43 MB',
      orElse: 'give a broker from outside with KAFKA_BROKERS',
      goal: copyGoal(pom),
    },
    hooks,
  );
};
