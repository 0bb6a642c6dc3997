import { openSession } from '#platform/database/connection.ts';
import { ensureRoles, migrateSchema, type SchemaOwner } from '#platform/database/migrations.ts';

// An arbitrary constant: whoever holds this advisory lock is migrating the database.
const lockKey = 7_310_219;

/** Brings roles, schemas, tables and partitions up to date. It may safely run twice, or twice at once. */
export const migrateDatabase = async (
  url: string,
  owners: readonly SchemaOwner[],
  say: (line: string) => void,
): Promise<void> => {
  const admin = await openSession({ url, applicationName: 'migrate' });
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [lockKey]);
    // No role needs temporary objects, and a temporary object could hide one that another role's function uses.
    const database = admin.escapeIdentifier(admin.database ?? '');
    await admin.query(`REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC`);
    await ensureRoles(admin, owners);
    for (const owner of owners) {
      await migrateSchema(admin, owner);
      say(`schema ${owner.schema} is up to date`);
    }
  } finally {
    await admin.end();
  }
};
