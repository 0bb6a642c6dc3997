import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { SchemaOwner } from '#platform/database/migrations.ts';
import { hasInbox, type ServiceManifest } from '#platform/base/manifest.ts';
import { checkout } from './folders.ts';

const manifestOf = async (file: string): Promise<ServiceManifest> => {
  const { service } = (await import(join(checkout, file))) as { service: ServiceManifest };
  return service;
};

/** The manifests of all services, sorted by name. A new service is found by its manifest file. */
export const services: readonly ServiceManifest[] = await Promise.all(
  globSync('services/*/service.ts', { cwd: checkout }).toSorted().map(manifestOf),
);

const ownersOf = (all: readonly ServiceManifest[]) =>
  all.flatMap((service) =>
    service.schema === undefined ? [] : [{ ...service, schema: service.schema }],
  );

/** The schemas whose outboxes are published, in the order in which they are listed. */
export const outboxSources: readonly string[] = ownersOf(services)
  .filter(({ hasOutbox }) => hasOutbox)
  .map(({ schema }) => schema);

/** The setting of migrations with the password of a role. */
export const passwordSetting = (role: string): string => `DB_PASSWORD_${role.toUpperCase()}`;

/**
 * The owner of every schema of the database. A password that is given is set at each migration; by default
 * (development) a role's password is the role's name.
 */
export const schemaOwners = (
  passwords: Readonly<Record<string, string | undefined>>,
): SchemaOwner[] =>
  ownersOf(services).map((service) => ({
    schema: service.schema,
    password: passwords[passwordSetting(service.schema)] ?? service.schema,
    isPasswordSet: passwords[passwordSetting(service.schema)] !== undefined,
    migrationsFolder: join(checkout, 'services', service.name, 'store/migrations'),
    hasOutbox: service.hasOutbox === true,
    hasInbox: hasInbox(service),
    shown: shownOf(service),
  }));

/** What ops reads of the orders themselves; their other columns are nobody else's business. */
const shownOf = ({ lifecycle }: ServiceManifest): Record<string, string[]> => {
  if (lifecycle === undefined) return {};
  const { key, facts, orders } = lifecycle.tables;
  const { fact, at, reason } = facts;
  return {
    [facts.table]: [key, fact, at, ...(reason === undefined ? [] : [reason])],
    [orders.table]: [
      key,
      orders.state,
      ...(orders.stuckSince === undefined ? [] : [orders.stuckSince]),
    ],
  };
};
