import { Gauge } from 'prom-client';
import { repeat } from '#platform/base/loops.ts';
import type { ServiceContext } from '#platform/base/run-service.ts';
import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { loadEventSchemas } from '#platform/messaging/schema-registry/event-schemas.ts';
import { listRefusedChanges } from '#platform/messaging/schema-registry/register.ts';
import type { Topic } from '#platform/messaging/topics.ts';
import type { Config } from './config.ts';

const everyMs = 15_000;
const backoff = { firstMs: everyMs, maxMs: 60_000 };
const requestTimeoutMs = 5_000;

/**
 * Compares the events of this code with what the registry has, again and again until the process stops, and makes a
 * metric of it. Without a registry there is nothing to compare and no metric; while it is away the last word stays.
 */
export const openSchemaCheck = async (
  { config, logger, lifecycle, metrics }: ServiceContext<Config>,
  topics: readonly Topic[],
): Promise<void> => {
  const url = config.SCHEMA_REGISTRY_URL;
  if (url === undefined) return;
  const breaks = new Gauge({
    name: 'schema_incompatible_changes',
    help: 'Changes for which the registry has refused, or would refuse, the schema of a topic as this code has it.',
    labelNames: ['topic'],
    registers: [metrics.registry],
  });
  const registry = createSchemaRegistry({ url, timeoutMs: requestTimeoutMs });
  const schemas = await loadEventSchemas(topics);
  const stopped = new AbortController();
  const loop = { name: 'comparing schemas', logger, backoff, everyMs, level: 'debug' as const };
  const comparing = repeat(loop, stopped.signal, async () => {
    for (const { topic, subject, schema } of schemas)
      breaks.set({ topic }, (await listRefusedChanges(registry, subject, schema)).length);
  });
  lifecycle.onClose('schema check', async () => {
    stopped.abort();
    await comparing;
  });
};
