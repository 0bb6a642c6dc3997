import {
  toJson,
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
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
import { writeScalar } from './scalars.ts';

export interface JsonWriteOptions {
  /** Print zero values and empty lists too. Optional fields and messages that are absent never show. */
  emitDefaults: boolean;
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
export const encodeFieldJson = <S extends DescMessage>(
  schema: S,
  message: MessageShape<S>,
  field: DescField,
): JsonValue => writeField(reflect(schema, message), field, { emitDefaults: true });

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
  if (field.enum !== undefined) return writeEnum(field.enum, value as number);
  return writeScalar(value);
};

const writeEnum = (desc: DescEnum, number: number): JsonValue => desc.value[number]?.name ?? number;

const writeMessage = (value: ReflectMessage, options: JsonWriteOptions): JsonValue => {
  const { desc, message } = value;
  if (desc.typeName === 'google.protobuf.Timestamp')
    return timestampDate(message as Timestamp).toISOString();
  if (isWrapperDesc(desc)) return writeScalar(value.get(desc.fields[0]));
  if (desc.typeName.startsWith('google.protobuf.')) return toJson(desc, message);
  return writeFields(value, options);
};
