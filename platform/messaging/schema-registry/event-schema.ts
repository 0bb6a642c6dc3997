import type { DescMessage, JsonObject } from '@bufbuild/protobuf';
import { messageSchema } from '../../proto/json-schema/message.ts';

/**
 * The JSON Schema (2020-12) of an event as it stands on its topic. Closed: what it does not name is not in
 * the event, so a field may be added later without breaking it. Readers still ignore unknown fields.
 */
export const eventSchema = (event: DescMessage): JsonObject => {
  const definitions: JsonObject = {};
  const refTo = (message: DescMessage): string => {
    const { typeName } = message;
    if (definitions[typeName] === undefined) {
      definitions[typeName] = {}; // a message that contains itself comes by here again
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
