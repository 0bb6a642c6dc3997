import { z } from 'zod';
import { commaList, commonSettings } from '#platform/base/config.ts';
import { secret } from '#platform/base/secret-files.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';
import { serverSettings } from '#platform/serving/serve.ts';
import { watchSettings } from '#platform/serving/watch/settings.ts';
import { service } from './service.ts';

const urlOf = (name: string, port: number) =>
  z
    .url({ protocol: /^https?$/ })
    .default(`http://127.0.0.1:${port}`)
    .describe(`The address of ${name}'s HTTP port, to which the page's orders are passed on.`);

const isWebAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '');

export const configSchema = z.object({
  ...commonSettings,
  DATABASE_URL: secret(databaseUrl.describe('The database of the outboxes, as the role ops.')),
  OPS_SOURCES: commaList.describe(
    'The schemas whose outboxes it shows and changes, comma-separated.',
  ),
  TOPICS_FILE: z
    .string()
    .default('deploy/topics.yaml')
    .describe('The manifest of the topics: where a FAILED event blocks its key.'),
  BOOKING_HTTP_URL: urlOf('booking', 8090),
  INVENTORY_HTTP_URL: urlOf('inventory', 8051),
  LOMS_HTTP_URL: urlOf('loms', 8084),
  ORDER_HTTP_URL: urlOf('order', 8080),
  PVZ_HTTP_URL: urlOf('pvz', 8081),
  ...kafkaSettings,
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/ })
    .max(200)
    .optional()
    .describe(
      'The Confluent API of a schema registry. Not set: the schemas are those of this checkout.',
    ),
  TRACE_URL_TEMPLATE: z
    .string()
    .max(500)
    .refine((text) => text.includes('{trace_id}') && isWebAddress(text), {
      error:
        'not an address with {trace_id} in it, e.g. http://127.0.0.1:9411/zipkin/traces/{trace_id}',
    })
    .optional()
    .describe(
      'The page of a trace in a trace store, to which the console links: http://127.0.0.1:9411/zipkin/traces/{trace_id}. Not set: no links.',
    ),
  ...serverSettings(service.ports),
  ...watchSettings,
});

export type Config = z.output<typeof configSchema>;
