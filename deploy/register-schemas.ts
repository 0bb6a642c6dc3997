// The init step of the schema registry: registers the JSON Schema of each topic's event as `<topic>-value`.
import { z } from 'zod';
import { durationMs, loadConfigOrExit } from '#platform/base/config.ts';
import { AppError } from '#platform/base/errors.ts';
import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { registerSchema, type Registration } from '#platform/messaging/schema-registry/register.ts';
import { sleep } from '#platform/base/sleep.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { loadEventSchemas } from '#platform/messaging/schema-registry/event-schemas.ts';

const configSchema = z.object({
  SCHEMA_REGISTRY_URL: z.url(),
  TOPICS_FILE: z.string().default('deploy/topics.yaml'),
  /** With `confluent`, publishers need the schema ids, so an unreachable registry is an error. */
  EVENT_ENCODING: z.enum(['json', 'confluent']).default('json'),
  /** How long to wait for the registry, in milliseconds. */
  SCHEMA_REGISTRY_WAIT_MS: durationMs.default(60_000),
});

type Config = z.output<typeof configSchema>;

const requestTimeoutMs = 10_000;
const pauseMs = 500;

const registerSchemas = async (config: Config): Promise<void> => {
  const { topics } = await loadTopics(config.TOPICS_FILE);
  const url = config.SCHEMA_REGISTRY_URL;
  const registry = createSchemaRegistry({ url, timeoutMs: requestTimeoutMs });
  await waitForAnswer(() => registry.listSubjects(), config.SCHEMA_REGISTRY_WAIT_MS);
  for (const { subject, schema } of await loadEventSchemas(topics)) {
    console.log(`${subject}: ${lineOf(await registerSchema(registry, subject, schema))}`);
  }
};

const waitForAnswer = async (ask: () => Promise<unknown>, waitMs: number): Promise<void> => {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!isAway(error) || performance.now() + pauseMs > deadline) throw error;
      await sleep(pauseMs);
    }
  }
};

const lineOf = ({ result, version, id, isJudged }: Registration): string => {
  const line = `version ${version}, id ${id}, ${result}, BACKWARD`;
  return isJudged ? line : `${line} (compared here: this registry cannot compare draft 2020-12)`;
};

const isAway = (error: unknown): boolean =>
  error instanceof AppError && error.reason === 'registry-away';

const config = loadConfigOrExit(configSchema, process.env);
try {
  await registerSchemas(config);
} catch (error) {
  const words = Error.isError(error) ? error.message : String(error);
  if (isAway(error) && config.EVENT_ENCODING === 'json') {
    console.log(
      `WARNING: ${words} The schemas of events are not registered. Nothing else needs them ` +
        '(EVENT_ENCODING is json). The next start of this step registers them.',
    );
  } else {
    console.error(`The schemas of events were not registered.\n\n${words}`);
    process.exitCode = 1;
  }
}
