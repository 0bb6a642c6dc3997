import { fileURLToPath } from 'node:url';
import type { SchemaOwner } from '#platform/database/migrations.ts';

const migrationsOf = (service: string): string =>
  fileURLToPath(new URL(`../services/${service}/store/migrations`, import.meta.url));

/** Every schema of the database. Passwords: `DB_PASSWORD_<ROLE>`, by default the role's name (development). */
export const schemaOwners = (env: NodeJS.ProcessEnv): SchemaOwner[] => {
  const owner = (schema: string, service: string, hasOutbox: boolean): SchemaOwner => ({
    schema,
    password: env[`DB_PASSWORD_${schema.toUpperCase()}`] ?? schema,
    migrationsFolder: migrationsOf(service),
    hasOutbox,
  });
  return [
    owner('publisher', 'outbox-publisher', false),
    owner('ops', 'ops', false),
    owner('loms', 'loms', true),
  ];
};
