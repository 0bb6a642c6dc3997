import { migrateDatabase } from '../../../deploy/migrate-database.ts';
import { schemaOwners } from '../../../deploy/services.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '../../database/pool.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

let database: TestDatabase;
let admin: Pool;
let publisher: Pool;

// A cloned database does not have the grants of its template, so every role may create temporary objects in it.
beforeAll(async () => {
  database = await createTestDatabase();
  admin = openTestPool(database.adminUrl);
  publisher = openTestPool(database.urlFor('publisher'));
});
afterAll(() => Promise.all([admin.end(), publisher.end()]));

test.each([
  'loms.make_outbox_partitions(3)',
  'loms.old_outbox_partitions(14)',
  "loms.drop_outbox_partition('outbox_20200101', 14)",
])("a caller's temporary view in the catalogue's name does not run in %s", async (call) => {
  const client = await publisher.connect();
  try {
    await client.query(`
      CREATE FUNCTION pg_temp.evil() RETURNS boolean LANGUAGE sql
        AS 'SELECT set_config(''test.ran_as'', current_user, false) IS NOT NULL';
      CREATE TEMP VIEW pg_class AS SELECT * FROM pg_catalog.pg_class WHERE pg_temp.evil();
      CREATE TEMP VIEW pg_inherits AS SELECT * FROM pg_catalog.pg_inherits WHERE pg_temp.evil();
      GRANT SELECT ON pg_temp.pg_class, pg_temp.pg_inherits TO PUBLIC`);
    await client.query(`SELECT * FROM ${call}`);
    const text = 'SELECT current_setting(\'test.ran_as\', true) AS "ranAs"';
    expect((await client.query(text)).rows).toEqual([{ ranAs: null }]);
  } finally {
    client.release(true);
  }
});

test("every function of an outbox looks for names in the catalogue first, in the caller's objects last", async () => {
  const { rows } = await admin.query<{ name: string; path: string }>(
    `SELECT proname AS name, array_to_string(proconfig, '; ') AS path FROM pg_proc
      WHERE pronamespace = 'loms'::regnamespace`,
  );
  expect(rows.length).toBeGreaterThan(10);
  const named = expect.stringContaining('search_path=pg_catalog, pg_temp') as string;
  expect(rows).toEqual(rows.map(({ name }) => ({ name, path: named })));
});

test('who migrates takes the right to make temporary objects away', async () => {
  const mayMake = async () => {
    const text = `SELECT has_database_privilege('publisher', current_database(), 'TEMP') AS may`;
    return (await admin.query<{ may: boolean }>(text)).rows[0]!.may;
  };
  expect(await mayMake()).toBe(true);
  await migrateDatabase(database.adminUrl, schemaOwners({}), () => undefined);
  expect(await mayMake()).toBe(false);
});
