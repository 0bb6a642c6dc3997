import type { DescMessage, JsonObject } from '@bufbuild/protobuf';
import { eventSchema } from '#platform/messaging/schema-registry/event-schema.ts';
import { valueSubject } from '#platform/messaging/schema-registry/subject.ts';
import type { Topic } from '#platform/messaging/topics.ts';

export interface TopicSchema {
  topic: string;
  subject: string;
  schema: JsonObject;
}

/** Loads the schema of each topic for which the manifest names an event. */
export const loadEventSchemas = async (topics: readonly Topic[]): Promise<TopicSchema[]> => {
  const schemas: TopicSchema[] = [];
  for (const { name: topic, event } of topics) {
    if (event === undefined) continue;
    const schema = eventSchema(await loadMessage(event));
    schemas.push({ topic, subject: valueSubject(topic), schema });
  }
  return schemas;
};

/** Loads an event's message type from the `events.proto` of its package. */
const loadMessage = async (typeName: string): Promise<DescMessage> => {
  const [name = '', ...packageNames] = typeName.split('.').reverse();
  const path = packageNames.reverse().join('/');
  const file = (await import(`#gen/${path}/events_pb.ts`)) as Record<string, DescMessage>;
  const found = file[`${name}Schema`];
  if (found?.typeName === typeName) return found;
  throw new Error(`proto/${path}/events.proto has no message ${typeName}; topics.yaml names it.`);
};
