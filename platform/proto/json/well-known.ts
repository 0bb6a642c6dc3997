import { fromJson, type DescField, type DescMessage, type JsonValue } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { isJsonFault, isJsonNumber, type JsonNode } from './json-node.ts';

const customNames = ['Any', 'Duration', 'FieldMask', 'ListValue', 'Struct', 'Timestamp', 'Value'];
const customTypes = new Set(customNames.map((name) => `google.protobuf.${name}`));

/** Whether a type has a JSON form of its own. Wrappers, which are written as their value, do not count. */
export const hasOwnForm = ({ typeName }: DescMessage): boolean => customTypes.has(typeName);

/** Whether JSON's null is a value of the field, and does not mean its absence. */
export const takesNull = ({ message, enum: values }: DescField): boolean =>
  message?.typeName === 'google.protobuf.Value' || values?.typeName === 'google.protobuf.NullValue';

/**
 * Reads a type that has a JSON form of its own; returns a description of the fault when it cannot be read.
 */
export const readWellKnown = (desc: DescMessage, node: JsonNode): ReflectMessage | string => {
  try {
    return reflect(desc, fromJson(desc, toValue(node)));
  } catch (error) {
    if (error instanceof FaultInside) return error.message;
    return `is not a ${desc.typeName}`;
  }
};

class FaultInside extends Error {}

const toValue = (node: JsonNode): JsonValue => {
  if (isJsonFault(node)) throw new FaultInside(node.description);
  if (isJsonNumber(node)) return Number(node.text);
  if (Array.isArray(node)) return node.map(toValue);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([name, one]) => [name, valueAt(name, one)]));
};

const valueAt = (name: string, node: JsonNode): JsonValue => {
  if (!isJsonFault(node)) return toValue(node);
  throw new FaultInside(`holds ${JSON.stringify(name)}, which ${node.description}`);
};
