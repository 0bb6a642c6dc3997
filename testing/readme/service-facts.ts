import { existsSync, globSync, readFileSync } from 'node:fs';
import { getExtension, hasExtension, type DescFile, type DescService } from '@bufbuild/protobuf';
import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { http as httpRule } from '#gen/google/api/annotations_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import type { Contract } from '#platform/serving/contract.ts';
import { loadTopics } from '#platform/messaging/topics.ts';

/** What a service's code says about the service. */
export interface ServiceFacts {
  rpcs: string[];
  /** Written as `POST /order/create`. */
  restPaths: string[];
  /** The topics that the service owns, and those whose events its source code names. */
  topics: string[];
  manifestTopics: string[];
  tables: string[];
  settings: string[];
  reasons: string[];
  /** The refusals of each RPC as `/openapi.json` lists them, without those that every RPC may give. */
  refusals: Record<string, string[]>;
}

export const readServiceFacts = async (service: string): Promise<ServiceFacts> => {
  const folder = `services/${service}`;
  const sources = sourcesOf(`${folder}/**/*.ts`);
  const { topics } = await loadTopics('deploy/topics.yaml');
  const methods = (await protosOf(service))
    .flatMap((file) => file.services)
    .flatMap((s) => s.methods);
  return {
    rpcs: methods.map(({ name }) => name),
    restPaths: methods.flatMap(({ proto: { options } }) =>
      options && hasExtension(options, httpRule) ? pathOf(getExtension(options, httpRule)) : [],
    ),
    topics: topics
      .filter(({ owner, event }) => owner === service || (event && sources.includes(`'${event}'`)))
      .map(({ name }) => name),
    manifestTopics: topics.map(({ name }) => name),
    tables: await tablesOf(folder),
    settings: await settingsOf(folder),
    reasons: [...new Set([...refusalsIn(sources), ...slugsIn(folder)])],
    refusals: await notedIn(folder),
  };
};

const sourcesOf = (pattern: string): string =>
  globSync(pattern)
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

const load = async (path: string): Promise<Record<string, unknown>> =>
  existsSync(path) ? ((await import(`../../${path}`)) as Record<string, unknown>) : {};

const protosOf = async (service: string): Promise<DescFile[]> => {
  const files = await Promise.all(globSync(`gen/${service}/v*/*_pb.ts`).map(load));
  return files
    .flatMap((file) => Object.values(file))
    .filter((one): one is DescFile => (one as { kind?: string }).kind === 'file');
};

const pathOf = ({
  pattern,
}: {
  pattern: { case: string | undefined; value?: unknown };
}): string[] =>
  typeof pattern.value === 'string'
    ? [`${pattern.case?.toUpperCase() ?? ''} ${pattern.value}`]
    : [];

const tablesOf = async (folder: string): Promise<string[]> =>
  Object.values(await load(`${folder}/store/schema.ts`))
    .filter((one) => is(one, PgTable))
    .map((table) => getTableConfig(table).name);

const settingsOf = async (folder: string): Promise<string[]> => {
  const { configSchema } = (await load(`${folder}/config.ts`)) as {
    configSchema: { shape: Record<string, unknown> };
  };
  return Object.keys(configSchema.shape);
};

const ofEveryRpc = new Set(Object.values(databaseRefusals).flat());

const notedIn = async (folder: string): Promise<Record<string, string[]>> => {
  const [contract] = Object.values(await load(`${folder}/contract.ts`)) as Contract<DescService>[];
  const notes = contract?.notes;
  return Object.fromEntries(
    [...(notes ?? [])].map(([{ name }, { common, refusals }]) => [
      name,
      [...Object.values(common), ...Object.values(refusals)]
        .flat()
        .filter((reason) => !ofEveryRpc.has(reason)),
    ]),
  );
};

const refusalsIn = (sources: string): string[] =>
  [...sources.matchAll(/new AppError\(\s*'[a-z-]+',\s*'([a-zA-Z_-]+)'/g)].map(
    ([, reason = '']) => reason,
  );

// these slugs are kinds of AppError, not reasons
const kinds = ['not-found'];

/**
 * All slugs in a folder. A reason may be passed along before it becomes an AppError, so in the rules every slug
 * counts.
 */
const slugsIn = (folder: string): string[] =>
  [...sourcesOf(`${folder}/{domain,usecases}/**/*.ts`).matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)]
    .map(([, slug = '']) => slug)
    .filter((slug) => !kinds.includes(slug));
