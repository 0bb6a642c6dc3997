import {
  ScalarType,
  type DescEnum,
  type DescField,
  type DescMessage,
  type MessageShape,
} from '@bufbuild/protobuf';
import {
  reflect,
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
} from '@bufbuild/protobuf/reflect';
import { isWrapperDesc, type WktWrapperDesc } from '@bufbuild/protobuf/wkt';
import { InvalidRequest, type FieldViolation } from '../validation/invalid-request.ts';
import { maxListItems, tooManyItems } from '../validation/list-check.ts';
import { enumWords, type EnumStyle } from './enum-words.ts';
import { toInteger } from './integer.ts';
import {
  givenTwice,
  isJsonFault,
  isJsonObject,
  nestedTooDeeply,
  type JsonNode,
} from './json-node.ts';
import { scalarRule } from './scalars.ts';
import { hasOwnForm, readWellKnown, takesNull } from './well-known.ts';

export interface JsonReadOptions {
  /**
   * `refuse` for requests, where a misspelt field is an error and enum values may be given by any of their
   * words; `ignore` for events, which may be newer.
   */
  unknownFields: 'refuse' | 'ignore';
  /** The words that a refusal suggests. Default `long`. */
  enumStyle?: EnumStyle;
}

interface Reader extends JsonReadOptions {
  violations: FieldViolation[];
}

// Only a message type that contains itself can be nested deeper.
const maxDepth = 64;
const unreadable = Symbol('unreadable');

/**
 * Reads a message from JSON by proto names or their camelCase. Integers may be numbers or strings; a number
 * beyond 2^53-1 is refused, and so is a field given twice. Throws InvalidRequest with all faults and their
 * paths. Validation rules are not checked.
 */
export const decodeJson = <S extends DescMessage>(
  schema: S,
  json: JsonNode,
  options: JsonReadOptions,
): MessageShape<S> => {
  const reader: Reader = { ...options, violations: [] };
  const target = readMessage(reader, schema, { json, path: () => '', depth: 0 });
  if (reader.violations.length > 0) throw new InvalidRequest(reader.violations);
  return (target as ReflectMessage).message as MessageShape<S>;
};

interface Node {
  json: JsonNode;
  /** A function, because it is only needed for a fault, and most requests have none. */
  path: () => string;
  depth: number;
}

const refuse = (reader: Reader, path: Node['path'], description: string): typeof unreadable => {
  reader.violations.push({ field: path(), description });
  return unreadable;
};

const readFields = (reader: Reader, target: ReflectMessage, node: Node): void => {
  const { json, path, depth } = node;
  if (!isJsonObject(json)) {
    refuse(reader, path, 'must be a JSON object');
    return;
  }
  const inside = (name: string) => () => [path(), name].filter((part) => part !== '').join('.');
  const seen: DescField[] = [];
  for (const key of Object.keys(json)) {
    const field = findField(target.desc, key);
    if (field !== undefined) {
      const fieldPlace = { json: json[key] ?? null, path: inside(field.name), depth };
      if (isToRead(reader, { target, field, seen }, fieldPlace))
        readField(reader, { target, field }, fieldPlace);
    } else if (reader.unknownFields === 'refuse') {
      refuse(reader, inside(key), 'is not a known field');
    }
  }
};

const findField = ({ fields }: DescMessage, key: string): DescField | undefined => {
  for (const field of fields) if (field.name === key || field.jsonName === key) return field;
  return undefined;
};

interface Member {
  target: ReflectMessage;
  field: DescField;
  /** The fields that were read before. */
  seen: DescField[];
}

/**
 * Returns false for null, which means absent, and for a field that the message has already, which is refused.
 */
const isToRead = (
  reader: Reader,
  { target, field, seen }: Member,
  { json, path }: Node,
): boolean => {
  const isAbsent = json === null && !takesNull(field);
  if (isAbsent && reader.unknownFields === 'ignore') return false;
  if (json === givenTwice || seen.includes(field)) {
    refuse(reader, path, givenTwice.description);
    return false;
  }
  seen.push(field);
  if (isAbsent) return false;
  if (field.oneof === undefined || target.oneofCase(field.oneof) === undefined) return true;
  refuse(reader, path, `excludes the other fields of ${field.oneof.name}`);
  return false;
};

const readField = (
  reader: Reader,
  { target, field }: { target: ReflectMessage; field: DescField },
  node: Node,
): void => {
  if (field.fieldKind === 'list') readList(reader, target.get(field), node);
  else if (field.fieldKind === 'map') readMap(reader, target.get(field), node);
  else {
    const value = readValue(reader, field, node);
    if (value !== unreadable) target.set(field, value);
  }
};

const readList = (reader: Reader, list: ReflectList, { json, path, depth }: Node): void => {
  if (!Array.isArray(json)) {
    refuse(reader, path, 'must be a JSON array');
    return;
  }
  if (reader.unknownFields === 'refuse' && json.length > maxListItems) {
    refuse(reader, path, tooManyItems);
    return;
  }
  json.forEach((item, index) => {
    const node = { json: item, path: () => `${path()}[${index}]`, depth };
    const value = readValue(reader, list.field(), node);
    if (value !== unreadable) list.add(value);
  });
};

const readMap = (reader: Reader, map: ReflectMap, { json, path, depth }: Node): void => {
  if (!isJsonObject(json)) {
    refuse(reader, path, 'must be a JSON object');
    return;
  }
  const field = map.field();
  for (const [name, item] of Object.entries(json)) {
    const node = { json: item, path: () => `${path()}[${JSON.stringify(name)}]`, depth };
    const key = readScalar(reader, field.mapKey, { ...node, json: keyOf(field.mapKey, name) });
    if (key === unreadable) continue;
    // 1 and 01 are the same key
    if (reader.unknownFields === 'refuse' && map.has(key)) node.json = givenTwice;
    const value = readValue(reader, field, node);
    if (value !== unreadable) map.set(key, value);
  }
};

const keyOf = (type: ScalarType, name: string): JsonNode =>
  type === ScalarType.BOOL && (name === 'true' || name === 'false') ? name === 'true' : name;

const readValue = (reader: Reader, field: DescField, node: Node): unknown => {
  const { json, path } = node;
  if (isJsonFault(json)) return refuse(reader, path, json.description);
  if (field.message !== undefined) return readMessage(reader, field.message, node);
  if (field.enum !== undefined) return readEnum(reader, field.enum, node);
  return readScalar(reader, field.scalar, node);
};

const readScalar = (reader: Reader, type: ScalarType, { json, path }: Node): unknown => {
  const rule = scalarRule(type);
  return rule.read(json) ?? refuse(reader, path, `must be ${rule.expected}`);
};

const readEnum = (reader: Reader, desc: DescEnum, { json, path }: Node): unknown => {
  const isTolerant = reader.unknownFields === 'ignore';
  const { read } = enumWords[isTolerant ? 'long' : 'short'];
  const found = typeof json === 'string' ? read(desc, json) : desc.value[Number(toInteger(json))];
  if (found !== undefined) return found.number;
  // NullValue has a single value
  if (json === null && desc.typeName === 'google.protobuf.NullValue') return 0;
  // the word of a newer producer is ignored like an unknown field
  if (isTolerant && typeof json === 'string') return unreadable;
  const words = desc.values.map(enumWords[reader.enumStyle ?? 'long'].write).join(', ');
  return refuse(reader, path, `must be one of ${words}`);
};

const readMessage = (reader: Reader, desc: DescMessage, node: Node): unknown => {
  const { json, path } = node;
  if (isWrapperDesc(desc)) return readWrapper(reader, desc, node);
  if (hasOwnForm(desc)) {
    const value = readWellKnown(desc, json);
    return typeof value === 'string' ? refuse(reader, path, value) : value;
  }
  const depth = node.depth + 1;
  if (depth > maxDepth) return refuse(reader, path, nestedTooDeeply.description);
  // fields that are set have been read by their type already
  const target = reflect(desc, undefined, false);
  readFields(reader, target, { ...node, depth });
  return target;
};

const readWrapper = (reader: Reader, desc: WktWrapperDesc, node: Node): unknown => {
  const target = reflect(desc);
  const [field] = desc.fields;
  const value = readScalar(reader, field.scalar, node);
  if (value !== unreadable) target.set(field, value);
  return target;
};
