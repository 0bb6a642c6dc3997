import type { Logger } from '#platform/base/logger.ts';
import { createSchemaRegistry, publicUrl } from '#platform/messaging/schema-registry/client.ts';
import { valueSubject } from '#platform/messaging/schema-registry/subject.ts';
import { loadEventMessage } from '#platform/messaging/event-message.ts';
import { inFieldOrder } from '#platform/messaging/field-order.ts';
import type { Topic } from '#platform/messaging/topics.ts';
import type { Config } from './config.ts';
import type { ValueForm } from './domain/value-form.ts';
import { createKnownSchemas, type KnownSchemas } from './usecases/known-schemas.ts';

// shorter than the time for stopping
const requestTimeoutMs = 2_000;

/** Creates the lookup of how values are written; without a registry it knows no schema. */
export const createSchemas = async (
  config: Config,
  topics: readonly Topic[],
  logger: Logger,
): Promise<KnownSchemas> => {
  const { EVENT_ENCODING: encoding, SCHEMA_REGISTRY_URL: url } = config;
  const published = topics.filter(({ event, publish }) => event !== undefined && publish);
  const registry =
    url === undefined ? undefined : createSchemaRegistry({ url, timeoutMs: requestTimeoutMs });
  return createKnownSchemas({
    topics: registry === undefined ? [] : published.map(({ name }) => name),
    encoding,
    baseForms: await loadBaseForms(topics),
    findSchemaId: async (topic) => (await registry?.findLatest(valueSubject(topic)))?.id,
    urlOf: (schemaId) => `${publicUrl(url ?? '')}/schemas/ids/${schemaId}`,
    logger,
  });
};

/** The forms of the topics whose contract fixes the order of fields. */
const loadBaseForms = async (topics: readonly Topic[]): Promise<Map<string, ValueForm>> => {
  const forms = new Map<string, ValueForm>();
  for (const { name, event, field_order } of topics)
    if (event !== undefined && field_order === 'message')
      forms.set(name, { orderFields: inFieldOrder(await loadEventMessage(event)) });
  return forms;
};
