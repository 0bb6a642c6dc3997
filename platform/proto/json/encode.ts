import {
  toJson,
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  type MessageShape,
} from '@bufbuild/protobuf';
import {
  reflect,
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
} from '@bufbuild/protobuf/reflect';
import {
  FeatureSet_FieldPresence,
  isWrapperDesc,
  timestampDate,
  type Timestamp,
} from '@bufbuild/protobuf/wkt';
import { enumWords, type EnumStyle } from './enum-words.ts';
import { writeScalar } from './scalars.ts';

export interface JsonWriteOptions {
  /** Print zero values and empty lists too. Optional fields and messages that are absent never show. */
  emitDefaults: boolean;
  /** Default `long`. */
  enumStyle?: EnumStyle;
}

/**
 * A message as plain JSON: proto field names, 64-bit integers as numbers (throws beyond 2^53-1), enums by
 * name, timestamps RFC 3339 UTC with three digits of milliseconds.
 */
export const encodeJson = <S extends DescMessage>(
  schema: S,
  message: MessageShape<S>,
  options: JsonWriteOptions,
): JsonObject => writeFields(reflect(schema, message), options);

/** One field's value, as `encodeJson` writes it. */
export const encodeFieldJson = (
  message: Message,
  field: DescField,
  options: JsonWriteOptions,
): JsonValue => writeField(reflect(field.parent, message), field, options);

const writeFields = (message: ReflectMessage, options: JsonWriteOptions): JsonObject => {
  const json: JsonObject = {};
  for (const field of message.fields) {
    if (message.isSet(field) || (options.emitDefaults && isAlwaysWritten(field)))
      json[field.name] = writeField(message, field, options);
  }
  return json;
};

/** With `emitDefaults` it shows whatever its value. */
export const isAlwaysWritten = (field: DescField): boolean =>
  field.fieldKind === 'list' ||
  field.fieldKind === 'map' ||
  field.presence === FeatureSet_FieldPresence.IMPLICIT;

const writeField = (
  message: ReflectMessage,
  field: DescField,
  options: JsonWriteOptions,
): JsonValue => {
  const value: unknown = message.get(field);
  const write = (item: unknown) => writeValue(item, field, options);
  if (field.fieldKind === 'list') return [...(value as ReflectList)].map(write);
  if (field.fieldKind === 'map')
    return Object.fromEntries(
      [...(value as ReflectMap)].map(([key, item]) => [String(key), write(item)]),
    );
  return write(value);
};

const writeValue = (value: unknown, field: DescField, options: JsonWriteOptions): JsonValue => {
  if (field.message !== undefined) return writeMessage(value as ReflectMessage, options);
  if (field.enum !== undefined) return writeEnum(field.enum, value as number, options);
  return writeScalar(value);
};

const writeEnum = (
  desc: DescEnum,
  number: number,
  { enumStyle = 'long' }: JsonWriteOptions,
): JsonValue => {
  const value = desc.value[number];
  return value === undefined ? number : enumWords[enumStyle].write(value);
};

const writeMessage = (value: ReflectMessage, options: JsonWriteOptions): JsonValue => {
  const { desc, message } = value;
  if (desc.typeName === 'google.protobuf.Timestamp')
    return timestampDate(message as Timestamp).toISOString();
  if (isWrapperDesc(desc)) return writeScalar(value.get(desc.fields[0]));
  if (desc.typeName.startsWith('google.protobuf.')) return toJson(desc, message);
  return writeFields(value, options);
};
