import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/services.ts';
import type { TestDatabase } from '../engines/database.ts';

/**
 * Creates a schema like that of loms under another name: an outbox of the same shape, with its functions and
 * privileges.
 */
export const makeSecondOutbox = async (database: TestDatabase, schema: string): Promise<void> => {
  const loms = schemaOwners({}).find((owner) => owner.schema === 'loms');
  if (!loms) throw new Error('there is no schema loms');
  const migrationsFolder = await mkdtemp(join(tmpdir(), 'inorder-migrations-'));
  try {
    await cp(loms.migrationsFolder, migrationsFolder, { recursive: true });
    for (const name of await readdir(migrationsFolder)) {
      if (name.endsWith('.sql')) await rename(join(migrationsFolder, name), schema);
    }
    const owner = { schema, password: schema, migrationsFolder, hasOutbox: true };
    await migrateDatabase(database.adminUrl, [owner], () => undefined);
  } finally {
    await rm(migrationsFolder, { recursive: true });
  }
};

const rename = async (file: string, schema: string): Promise<void> => {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll('loms', schema));
};
