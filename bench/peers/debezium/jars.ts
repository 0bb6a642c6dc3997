import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../../../deploy/folders.ts';
import { runTied } from '../../../deploy/local/run-tied.ts';

const pom = join(checkout, 'bench/peers/debezium/pom.xml');

/**
 * Returns the folder with Kafka Connect and Debezium, downloading them the first time. Its name is a hash of the list
 * of its contents, and it appears complete or not at all.
 */
export const ensureConnectJars = async (): Promise<string> => {
  const id = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const cache = join(checkout, '.inorder/cache');
  const jars = join(cache, `connect-${id}`);
  if ((await readdir(jars).catch(() => [])).length > 0) return jars;
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${jars}.`);
  try {
    console.log('fetching Kafka Connect and Debezium, 70 jars, 41 MB, from Maven Central …');
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${half}`];
    await runTied('mvn', ['-q', '-B', '-f', pom, ...goal]);
    await rename(half, jars);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return jars;
};
