import type { Logger } from '#platform/base/logger.ts';
import { createSchemaRegistry, publicUrl } from '#platform/messaging/schema-registry/client.ts';
import { valueSubject } from '#platform/messaging/schema-registry/subject.ts';
import type { Topic } from '#platform/messaging/topics.ts';
import type { Config } from './config.ts';
import { createKnownSchemas, type KnownSchemas } from './usecases/known-schemas.ts';

// shorter than the time for stopping
const requestTimeoutMs = 2_000;

/** Creates the lookup of the schemas of the topics; without a registry it knows none. */
export const createSchemas = (
  config: Config,
  topics: readonly Topic[],
  logger: Logger,
): KnownSchemas => {
  const { EVENT_ENCODING: encoding, SCHEMA_REGISTRY_URL: url } = config;
  const published = topics.filter(({ event, publish }) => event !== undefined && publish);
  const registry =
    url === undefined ? undefined : createSchemaRegistry({ url, timeoutMs: requestTimeoutMs });
  return createKnownSchemas({
    topics: registry === undefined ? [] : published.map(({ name }) => name),
    encoding,
    findSchemaId: async (topic) => (await registry?.findLatest(valueSubject(topic)))?.id,
    urlOf: (schemaId) => `${publicUrl(url ?? '')}/schemas/ids/${schemaId}`,
    logger,
  });
};
