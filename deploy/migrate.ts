// The init step of the database. `DATABASE_URL` must be an administrator's.
import { z } from 'zod';
import { loadConfigOrExit } from '#platform/base/config.ts';
import { secret } from '#platform/base/secret-files.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { migrateDatabase } from './migrate-database.ts';
import { passwordSetting, schemaOwners } from './services.ts';

const passwords = schemaOwners({}).map(
  ({ schema }) => [passwordSetting(schema), secret(z.string().optional())] as const,
);
const config = loadConfigOrExit(
  z.object({ DATABASE_URL: secret(databaseUrl), ...Object.fromEntries(passwords) }),
  process.env,
);
try {
  const owners = schemaOwners(config);
  await migrateDatabase(config.DATABASE_URL, owners, (line) => console.log(line));
} catch (error) {
  console.error('The database could not be brought up to date:', error);
  process.exit(1);
}
