import type { JsonObject } from '@bufbuild/protobuf';
import { loadEventMessage } from '../event-message.ts';
import { eventSchema } from './event-schema.ts';
import { valueSubject } from './subject.ts';
import type { Topic } from '../topics.ts';

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
    const schema = eventSchema(await loadEventMessage(event));
    schemas.push({ topic, subject: valueSubject(topic), schema });
  }
  return schemas;
};
