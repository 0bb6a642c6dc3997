import { readFile } from 'node:fs/promises';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { eventSchema } from '#platform/messaging/schema-registry/event-schema.ts';
import { loadEventSchemas } from '#platform/messaging/schema-registry/event-schemas.ts';
import { valueSubject } from '#platform/messaging/schema-registry/subject.ts';
import type { Topic } from '#platform/messaging/topics.ts';
import type { SchemaStore } from '../domain/schemas.ts';

const requestTimeoutMs = 5_000;
const baselineFile = 'proto/baseline.binpb';

/** Opens the schemas of a registry or, without its URL, those of this checkout. */
export const openSchemas = (url: string | undefined, topics: readonly Topic[]): SchemaStore =>
  url === undefined ? ofCheckout(topics) : ofRegistry(url, topics);

const ofRegistry = (url: string, topics: readonly Topic[]): SchemaStore => {
  const registry = createSchemaRegistry({ url, timeoutMs: requestTimeoutMs });
  const topicOf = new Map(topics.map(({ name }) => [valueSubject(name), name]));
  return {
    source: 'registry',
    list: async () => {
      const subjects = (await registry.listSubjects()).sort();
      return Promise.all(
        subjects.map(async (subject) => ({
          subject,
          topic: topicOf.get(subject) ?? '',
          versions: (await registry.listVersions(subject)) ?? [],
          compatibility: (await registry.findCompatibility(subject)) ?? '',
        })),
      );
    },
    find: async (subject, version) => (await registry.findVersion(subject, version))?.schema,
  };
};

/** Version 1 is that of the baseline, and 2 what the code has now, where they differ. */
const ofCheckout = (topics: readonly Topic[]): SchemaStore => {
  const load = async () => {
    const baseline = await loadBaseline();
    const events = new Map(topics.map(({ name, event = '' }) => [name, event]));
    return (await loadEventSchemas(topics)).map(({ topic, subject, schema }) => {
      const was = baseline.getMessage(events.get(topic) ?? '');
      const versions = [...(was ? [eventSchema(was)] : []), schema].map((each) =>
        JSON.stringify(each),
      );
      return { subject, topic, versions: [...new Set(versions)] };
    });
  };
  let loaded: ReturnType<typeof load> | undefined;
  const schemas = () => (loaded ??= load());
  return {
    source: 'checkout',
    list: async () =>
      (await schemas()).map(({ versions, ...each }) => ({
        ...each,
        versions: versions.map((_, index) => index + 1),
        compatibility: '',
      })),
    find: async (subject, version) =>
      (await schemas()).find((each) => each.subject === subject)?.versions[version - 1],
  };
};

/** An image of ops may come without the file; then there is one version of each. */
const loadBaseline = async () => {
  const bytes = await readFile(baselineFile).catch(() => new Uint8Array());
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
};
