import { fileURLToPath } from 'node:url';
import type { SchemaOwner } from '#platform/database/migrations.ts';

const migrationsOf = (service: string): string =>
  fileURLToPath(new URL(`../services/${service}/store/migrations`, import.meta.url));

interface Has {
  outbox?: boolean;
  inbox?: boolean;
}

/** Every schema of the database. Passwords: `DB_PASSWORD_<ROLE>`, by default the role's name (development). */
export const schemaOwners = (env: NodeJS.ProcessEnv): SchemaOwner[] => {
  const owner = (schema: string, service: string, has: Has = {}): SchemaOwner => ({
    schema,
    password: env[`DB_PASSWORD_${schema.toUpperCase()}`] ?? schema,
    migrationsFolder: migrationsOf(service),
    hasOutbox: has.outbox === true,
    hasInbox: has.inbox === true,
  });
  return [
    owner('publisher', 'outbox-publisher'),
    owner('ops', 'ops'),
    owner('loms', 'loms', { outbox: true }),
    owner('inventory', 'inventory'),
    owner('payment', 'payment'),
    owner('order', 'order', { outbox: true, inbox: true }),
    owner('assembly', 'assembly', { outbox: true, inbox: true }),
    owner('notification', 'notification', { inbox: true }),
  ];
};
