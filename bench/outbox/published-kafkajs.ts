import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Copies kafkajs as its authors published it, without the project's patch (docs/decisions/0013). */
export const copyPublishedKafkajs = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-kafkajs-'));
  const path = join(folder, 'node_modules/kafkajs');
  await cp('node_modules/kafkajs', path, { recursive: true });
  await run('git', ['apply', '--reverse', resolve('patches/kafkajs+2.2.4.patch')], { cwd: folder });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
};
