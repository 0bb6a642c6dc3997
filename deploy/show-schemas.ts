// `make schemas`: registers missing schemas and lists the subjects; given the name of a subject, prints its schema.
import { AppError } from '#platform/base/errors.ts';
import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { registerSchema } from '#platform/messaging/schema-registry/register.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { loadEventSchemas } from '#platform/messaging/schema-registry/event-schemas.ts';
import { loadSettings, registryUrlOf } from './local/settings.ts';

const url = registryUrlOf(loadSettings(process.env));
if (url === undefined) {
  console.error('There is no schema registry: SCHEMA_REGISTRY is off.');
  process.exit(1);
}
const registry = createSchemaRegistry({ url, timeoutMs: 10_000 });

const list = async (): Promise<void> => {
  const { topics } = await loadTopics('deploy/topics.yaml');
  const schemas = await loadEventSchemas(topics);
  for (const { subject, schema } of schemas) await registerSchema(registry, subject, schema);
  const topicOf = new Map(schemas.map(({ subject, topic }) => [subject, topic]));
  const rows = [['SUBJECT', 'TOPIC', 'VERSION', 'ID', 'COMPATIBILITY']];
  for (const subject of (await registry.listSubjects()).sort()) {
    const latest = await registry.findLatest(subject);
    const level = await registry.findCompatibility(subject);
    const facts = [topicOf.get(subject), latest?.version, latest?.id, level];
    rows.push([subject, ...facts.map((fact) => String(fact ?? '-'))]);
  }
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('   ')
        .trimEnd(),
    );
  console.log('\nmake schemas s=SUBJECT prints its schema.');
};

const print = async (subject: string): Promise<void> => {
  const latest = await registry.findLatest(subject);
  if (latest) {
    console.log(JSON.stringify(JSON.parse(latest.schema), undefined, 2));
    return;
  }
  const names = (await registry.listSubjects()).sort().join(', ');
  throw new AppError(
    'not-found',
    'no-subject',
    `The registry has no subject ${subject}; it has: ${names || 'none'}.`,
  );
};

const [, , wanted] = process.argv;
try {
  await (wanted === undefined ? list() : print(wanted));
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  const remedy =
    error.reason === 'registry-away'
      ? ' Start the system first (make up: the registry comes last), or say where it is: SCHEMA_REGISTRY_URL.'
      : '';
  console.error(error.message + remedy);
  process.exitCode = 1;
}
