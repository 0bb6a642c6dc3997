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
  /**
   * Whether zero values and empty lists are written. Optional fields and messages that are absent never are.
   */
  emitDefaults: boolean;
  /** Default `long`. */
  enumStyle?: EnumStyle;
}

/**
 * Converts a message to plain JSON: proto field names, 64-bit integers as numbers (throws beyond 2^53-1),
 * enums by name, timestamps as RFC 3339 in UTC with three digits of milliseconds.
 */
export const encodeJson = <S extends DescMessage>(
  schema: S,
  message: MessageShape<S>,
  options: JsonWriteOptions,
): JsonObject => writeFields(reflect(schema, message), options);

/** Converts the value of one field, as `encodeJson` does. */
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

/** Whether the field is written whatever its value, with `emitDefaults`. */
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
