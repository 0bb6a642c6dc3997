// `make reset`: deletes the data of a stopped system; downloaded jars are kept.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { removeDataFolder } from './postgres-files.ts';
import { findLiveRun } from './run-state.ts';
import { loadSettings } from './settings.ts';

const home = loadSettings(process.env).INORDER_HOME;
if (findLiveRun(home)) {
  console.error('inorder is up: make down first.');
  process.exit(1);
}
const isAgreed = async (): Promise<boolean> => {
  if (!process.stdin.isTTY || process.argv.includes('-y')) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Wipe all orders, events and logs in ${home}? [y/N] `);
  terminal.close();
  return answer.trim().toLowerCase() === 'y';
};
if (await isAgreed()) {
  await removeDataFolder(join(home, 'postgres'));
  const observed = ['victoria-metrics', 'victoria-logs', 'vlagent', 'vmalert'];
  for (const name of ['kafka', 'schema-registry', ...observed, 'logs', 'run.json']) {
    await rm(join(home, name), { recursive: true, force: true });
  }
  console.log(
    `wiped: postgres, kafka, schema-registry, logs and what make observe has kept in ${home}`,
  );
}
