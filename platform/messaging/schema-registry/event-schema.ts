import type { DescMessage, JsonObject } from '@bufbuild/protobuf';
import { messageSchema } from '../../proto/json-schema/message.ts';

/**
 * Returns the JSON Schema (2020-12) of an event as it is published. The schema is closed: an event has no other
 * fields, so adding one later cannot conflict with existing events. Readers ignore unknown fields nevertheless.
 */
export const eventSchema = (event: DescMessage): JsonObject => {
  const definitions: JsonObject = {};
  const refTo = (message: DescMessage): string => {
    const { typeName } = message;
    if (definitions[typeName] === undefined) {
      definitions[typeName] = {}; // This ends the recursion of a message that contains itself.
      definitions[typeName] = messageSchema(message, options);
    }
    return `#/$defs/${typeName}`;
  };
  const options = { side: 'event', refTo } as const;
  const schema = messageSchema(event, options);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: event.typeName,
    ...schema,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
};
