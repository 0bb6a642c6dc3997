import {
  fromJson,
  ScalarType,
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonValue,
  type MessageShape,
} from '@bufbuild/protobuf';
import {
  reflect,
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
} from '@bufbuild/protobuf/reflect';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { InvalidRequest, type FieldViolation } from '../invalid-request.ts';
import { maxListItems, tooManyItems } from '../list-check.ts';
import { enumWords, type EnumStyle } from './enum-words.ts';
import { scalarRule } from './scalars.ts';

export interface JsonReadOptions {
  /** `refuse` for requests, where a misspelt field is a fault; `ignore` for events, which may be newer. */
  unknownFields: 'refuse' | 'ignore';
  /** Default `long`: only those words. Else all styles are read. */
  enumStyle?: EnumStyle;
}

interface Reader extends JsonReadOptions {
  violations: FieldViolation[];
}

// Only a message type that contains itself can go deeper.
const maxDepth = 64;
const unreadable = Symbol('unreadable');

/**
 * Reads a message from JSON by proto names or their camelCase. Integers may be numbers or strings; a number
 * beyond 2^53-1 is refused. Throws InvalidRequest with all faults and their paths. Rules are not checked.
 */
export const decodeJson = <S extends DescMessage>(
  schema: S,
  json: JsonValue,
  options: JsonReadOptions,
): MessageShape<S> => {
  const reader: Reader = { ...options, violations: [] };
  const target = reflect(schema);
  readFields(reader, target, { json, path: '' });
  if (reader.violations.length > 0) throw new InvalidRequest(reader.violations);
  return target.message as MessageShape<S>;
};

interface Place {
  json: JsonValue;
  path: string;
  depth?: number;
}

const readFields = (reader: Reader, target: ReflectMessage, place: Place): void => {
  const { json, path, depth = 0 } = place;
  const refuse = (field: string, description: string) =>
    reader.violations.push({ field, description });
  if (!isObject(json)) {
    refuse(path, 'must be a JSON object');
    return;
  }
  const prefix = path === '' ? '' : `${path}.`;
  const seen = new Set<DescField>();
  for (const [key, value] of Object.entries(json)) {
    const field = target.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (field === undefined) {
      if (reader.unknownFields === 'refuse') refuse(prefix + key, 'is not a known field');
    } else if (value !== null) {
      const fault = clash(target, field, seen);
      if (fault !== undefined) refuse(prefix + field.name, fault);
      else readField(reader, { target, field }, { json: value, path: prefix + field.name, depth });
    }
  }
};

const clash = (
  target: ReflectMessage,
  field: DescField,
  seen: Set<DescField>,
): string | undefined => {
  if (seen.has(field)) return 'is given more than once';
  seen.add(field);
  const isTaken = field.oneof !== undefined && target.oneofCase(field.oneof) !== undefined;
  return isTaken ? `excludes the other fields of ${field.oneof.name}` : undefined;
};

const readField = (
  reader: Reader,
  { target, field }: { target: ReflectMessage; field: DescField },
  place: Place,
): void => {
  if (field.fieldKind === 'list') readList(reader, target.get(field), place);
  else if (field.fieldKind === 'map') readMap(reader, target.get(field), place);
  else {
    const value = readValue(reader, field, place);
    if (value !== unreadable) target.set(field, value);
  }
};

const readList = (reader: Reader, list: ReflectList, { json, path, depth }: Place): void => {
  if (!Array.isArray(json)) {
    reader.violations.push({ field: path, description: 'must be a JSON array' });
    return;
  }
  if (reader.unknownFields === 'refuse' && json.length > maxListItems) {
    reader.violations.push({ field: path, description: tooManyItems });
    return;
  }
  json.forEach((item, index) => {
    const place = { json: item, path: `${path}[${index}]`, depth: depth ?? 0 };
    const value = readValue(reader, list.field(), place);
    if (value !== unreadable) list.add(value);
  });
};

const readMap = (reader: Reader, map: ReflectMap, { json, path, depth }: Place): void => {
  if (!isObject(json)) {
    reader.violations.push({ field: path, description: 'must be a JSON object' });
    return;
  }
  const field = map.field();
  for (const [name, item] of Object.entries(json)) {
    const place = { path: `${path}[${JSON.stringify(name)}]`, depth: depth ?? 0 };
    const isBoolean = name === 'true' || name === 'false';
    const keyJson = isBoolean && field.mapKey === ScalarType.BOOL ? name === 'true' : name;
    const key = readScalar(reader, field.mapKey, { ...place, json: keyJson });
    const value = readValue(reader, field, { ...place, json: item });
    if (key !== unreadable && value !== unreadable) map.set(key, value);
  }
};

const readValue = (reader: Reader, field: DescField, place: Place): unknown => {
  if (field.message !== undefined) return readMessage(reader, field.message, place);
  if (field.enum !== undefined) return readEnum(reader, field.enum, place);
  return readScalar(reader, field.scalar, place);
};

const readScalar = (reader: Reader, type: ScalarType, { json, path }: Place): unknown => {
  const rule = scalarRule(type);
  const value = rule.read(json);
  if (value !== undefined) return value;
  reader.violations.push({ field: path, description: `must be ${rule.expected}` });
  return unreadable;
};

const readEnum = (reader: Reader, desc: DescEnum, { json, path }: Place): unknown => {
  const { read, write } = enumWords[reader.enumStyle ?? 'long'];
  const ofNumber = typeof json === 'number' ? desc.value[json] : undefined;
  const found = typeof json === 'string' ? read(desc, json) : ofNumber;
  if (found !== undefined) return found.number;
  // A newer producer's word: as unknown as a field of its would be.
  if (reader.unknownFields === 'ignore' && typeof json === 'string') return unreadable;
  const words = desc.values.map(write).join(', ');
  reader.violations.push({ field: path, description: `must be one of ${words}` });
  return unreadable;
};

const readMessage = (reader: Reader, desc: DescMessage, place: Place): unknown => {
  if (desc.typeName.startsWith('google.protobuf.')) return readWellKnown(reader, desc, place);
  const depth = (place.depth ?? 0) + 1;
  if (depth > maxDepth) {
    reader.violations.push({ field: place.path, description: 'is nested too deeply' });
    return unreadable;
  }
  const target = reflect(desc);
  readFields(reader, target, { ...place, depth });
  return target;
};

const readWellKnown = (reader: Reader, desc: DescMessage, place: Place): unknown => {
  const { json, path } = place;
  if (isWrapperDesc(desc)) {
    const target = reflect(desc);
    const value = readScalar(reader, desc.fields[0].scalar, place);
    if (value !== unreadable) target.set(desc.fields[0], value);
    return target;
  }
  try {
    return reflect(desc, fromJson(desc, json));
  } catch {
    reader.violations.push({ field: path, description: `is not a ${desc.typeName}` });
    return unreadable;
  }
};

const isObject = (json: JsonValue): json is Record<string, JsonValue> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
