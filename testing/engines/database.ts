import { Client } from 'pg';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/services.ts';

export interface TestDatabase {
  readonly name: string;
  readonly adminUrl: string;
  /** The URL for a service's role; the password equals the role's name. */
  urlFor(role: string): string;
}

const template = 'migrated';
const lockKey = 5_150;

/**
 * Creates a database for one test file by cloning a template that is migrated once per run. It is not dropped, so
 * that one can inspect what a failed test left; the whole server is deleted after the run.
 */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const serverUrl = new URL(process.env['TEST_DATABASE_URL'] ?? '');
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  const admin = new Client({ connectionString: serverUrl.href });
  await admin.connect();
  try {
    // One clone at a time: a template must not be in use while it is cloned.
    await admin.query('SELECT pg_advisory_lock($1)', [lockKey]);
    await ensureTemplate(admin, serverUrl);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  } finally {
    await admin.end();
  }
  return {
    name,
    adminUrl: addressOf(serverUrl, name).href,
    urlFor: (role) => {
      const url = addressOf(serverUrl, name);
      url.username = role;
      url.password = role;
      return url.href;
    },
  };
};

const ensureTemplate = async (admin: Client, serverUrl: URL): Promise<void> => {
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [template]);
  if (rowCount !== 0) return;
  await admin.query(`CREATE DATABASE ${template}_in_the_making`);
  const url = addressOf(serverUrl, `${template}_in_the_making`).href;
  await migrateDatabase(url, schemaOwners({}), () => undefined);
  await admin.query(`ALTER DATABASE ${template}_in_the_making RENAME TO ${template}`);
};

const addressOf = (serverUrl: URL, database: string): URL => {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url;
};
