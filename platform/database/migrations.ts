import { readFile } from 'node:fs/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { Client } from 'pg';
import { identifier } from './identifier.ts';
import { transactionLimits } from './session.ts';

export interface SchemaOwner {
  /** The schema and the login role that owns it have the same name. */
  schema: string;
  password: string;
  /** Whether the password is set even when the role is there already. Default: only a new role gets it. */
  isPasswordSet?: boolean;
  migrationsFolder: string;
  /** Whether the schema has an outbox: its functions, partitions and the publisher's rights are created. */
  hasOutbox: boolean;
  /** Whether the schema has an inbox: its functions, partitions and the operators' rights are created. */
  hasInbox?: boolean;
  /** Columns, by table, that operators may read besides. */
  shown?: Readonly<Record<string, readonly string[]>>;
}

const partitions = 'database/day-partitions.sql';
const filesOf = {
  outbox: [
    partitions,
    'messaging/outbox/rights.sql',
    'messaging/outbox/retention.sql',
    'messaging/outbox/operations.sql',
  ],
  inbox: [partitions, 'messaging/inbox/retention.sql', 'messaging/inbox/operations.sql'],
  timers: ['messaging/timer/rights.sql'],
};
type InstalledTable = keyof typeof filesOf;

// for any other client that connects as the role; our own connections set these themselves
const roleSettings = {
  ...transactionLimits,
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '3',
  tcp_keepalives_count: '3',
};

/** Creates missing roles, and sets the passwords that were asked for. A role may do nothing until its schema exists. */
export const ensureRoles = async (admin: Client, owners: readonly SchemaOwner[]): Promise<void> => {
  for (const { schema, password, isPasswordSet } of owners) {
    const role = identifier(schema);
    const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [schema]);
    const literal = admin.escapeLiteral(password);
    if (rowCount === 0) {
      await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD ${literal}`);
      await admin.query(`GRANT ${role} TO CURRENT_USER WITH SET TRUE`);
    } else if (isPasswordSet === true) {
      await admin.query(`ALTER ROLE ${role} PASSWORD ${literal}`);
    }
    for (const [name, value] of Object.entries(roleSettings)) {
      await admin.query(`ALTER ROLE ${role} SET ${name} = '${value}'`);
    }
  }
};

/** Runs the missing migrations as the owner of the schema, in one transaction. */
export const migrateSchema = async (admin: Client, owner: SchemaOwner): Promise<void> => {
  const role = identifier(owner.schema);
  const database = admin.escapeIdentifier(admin.database ?? '');
  await admin.query(`CREATE SCHEMA IF NOT EXISTS ${role} AUTHORIZATION ${role}`);
  // the migrator runs CREATE SCHEMA IF NOT EXISTS, which needs this right even when the schema exists
  await admin.query(`GRANT CREATE ON DATABASE ${database} TO ${role}`);
  await admin.query(`SET ROLE ${role}`);
  try {
    await migrate(drizzle(admin), {
      migrationsFolder: owner.migrationsFolder,
      migrationsSchema: owner.schema,
      migrationsTable: 'migrations',
    });
    if (owner.hasOutbox) await install(admin, owner.schema, 'outbox');
    if (owner.hasInbox === true) await install(admin, owner.schema, 'inbox');
    await install(admin, owner.schema, 'timers');
    await show(admin, owner);
  } finally {
    await admin.query('RESET ROLE');
    await admin.query(`REVOKE CREATE ON DATABASE ${database} FROM ${role}`);
  }
};

const show = async (admin: Client, { schema, shown = {} }: SchemaOwner): Promise<void> => {
  for (const [table, columns] of Object.entries(shown)) {
    const list = columns.map(identifier).join(', ');
    await admin.query(`GRANT USAGE ON SCHEMA ${identifier(schema)} TO ops`);
    await admin.query(
      `GRANT SELECT (${list}) ON ${identifier(schema)}.${identifier(table)} TO ops`,
    );
  }
};

/**
 * Installs the functions, partitions and rights in these files for one table of the schema; safe to run
 * again.
 */
const install = async (admin: Client, schema: string, table: InstalledTable): Promise<void> => {
  for (const file of filesOf[table]) {
    const text = await readFile(new URL(`../${file}`, import.meta.url), 'utf8');
    await admin.query(
      text
        .replaceAll(':table', table)
        .replaceAll(':schema_name', schema)
        .replaceAll(':schema', identifier(schema)),
    );
  }
};
