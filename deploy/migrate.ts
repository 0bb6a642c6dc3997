// The init step of the database. `DATABASE_URL` must be an administrator's.
import { z } from 'zod';
import { loadConfigOrExit } from '#platform/base/config.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { migrateDatabase } from './migrate-database.ts';
import { schemaOwners } from './services.ts';

const url = process.env['DATABASE_URL'];
if (url === undefined || url === '') {
  console.error(
    "DATABASE_URL is not set: it is the address of the database, as an administrator's.",
  );
  process.exit(1);
}
loadConfigOrExit(z.object({ DATABASE_URL: databaseUrl }), process.env);
try {
  await migrateDatabase(url, schemaOwners(process.env), (line) => console.log(line));
} catch (error) {
  console.error('The database could not be brought up to date:', error);
  process.exit(1);
}
