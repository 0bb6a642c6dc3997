import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Generates the service's first migration, and adds what Drizzle cannot express: the partitions by day. */
export const writeMigration = (root: string, name: string): void => {
  execFileSync('drizzle-kit', ['generate', '--name', 'initial'], {
    cwd: root,
    env: { ...process.env, SERVICE: name },
    stdio: 'pipe',
  });
  const file = join(root, 'services', name, 'store/migrations/0000_initial.sql');
  const partitioned = (text: string, table: string, column: string) =>
    text.replace(
      new RegExp(`(CREATE TABLE "${name}"\\."${table}" \\([^;]*\\));`),
      `$1 PARTITION BY RANGE ("${column}");`,
    );
  const text = readFileSync(file, 'utf8').replace(
    /^CREATE SCHEMA "/m,
    'CREATE SCHEMA IF NOT EXISTS "',
  );
  writeFileSync(file, partitioned(partitioned(text, 'outbox', 'id'), 'inbox', 'event_id'));
};
