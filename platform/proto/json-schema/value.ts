import { ScalarType, type DescEnum, type DescField, type JsonObject } from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { enumWords, type EnumStyle } from '../json/enum-words.ts';
import { numberConstraints, stringConstraints, type ValueRules } from './constraints.ts';
import type { FieldRulesJson } from './rules.ts';

const maxSafe = Number.MAX_SAFE_INTEGER;
const number = (type: 'integer' | 'number', format: string, range = {}): JsonObject => ({
  type,
  format,
  ...range,
});
const int32 = number('integer', 'int32', { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 });
const uint32 = number('integer', 'uint32', { minimum: 0, maximum: 2 ** 32 - 1 });
const int64 = number('integer', 'int64', { minimum: -maxSafe, maximum: maxSafe });
const uint64 = number('integer', 'uint64', { minimum: 0, maximum: maxSafe });

const scalars: Record<ScalarType, JsonObject> = {
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.FLOAT]: number('number', 'float'),
  [ScalarType.DOUBLE]: number('number', 'double'),
  [ScalarType.BOOL]: { type: 'boolean' },
  [ScalarType.STRING]: { type: 'string' },
  [ScalarType.BYTES]: { type: 'string', contentEncoding: 'base64' },
};

const wellKnown: Record<string, JsonObject> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', pattern: '^-?[0-9]+([.][0-9]+)?s$' },
  'google.protobuf.FieldMask': { type: 'string' },
  'google.protobuf.Value': {},
  'google.protobuf.ListValue': { type: 'array' },
};

/**
 * The schema of a single value of a field (an item, when it is a list or a map); undefined for a message type
 * that has a schema of its own.
 */
export const valueSchema = (
  field: DescField,
  rules: FieldRulesJson,
  enumStyle: EnumStyle,
): JsonObject | undefined => {
  if (field.enum !== undefined)
    return enumSchema(field.enum, rules['enum'] as ValueRules | undefined, enumStyle);
  const scalar = scalarOf(field);
  if (scalar !== undefined) return unlessIgnored(scalarSchema(scalar, rules), rules);
  const typeName = field.message?.typeName ?? '';
  if (!typeName.startsWith('google.protobuf.')) return undefined;
  return wellKnown[typeName] ?? { type: 'object' };
};

const scalarOf = (field: DescField): ScalarType | undefined => {
  if (field.scalar !== undefined) return field.scalar;
  return field.message !== undefined && isWrapperDesc(field.message)
    ? field.message.fields[0].scalar
    : undefined;
};

/** The schema of a value of a scalar type; `rules` contain the rules of the type under its name. */
export const scalarSchema = (scalar: ScalarType, rules: FieldRulesJson): JsonObject => {
  const base = scalars[scalar];
  const own = (rules[ScalarType[scalar].toLowerCase()] ?? {}) as ValueRules;
  if (scalar === ScalarType.STRING) return stringConstraints(base, own);
  if (scalar === ScalarType.BYTES) return base;
  if (scalar === ScalarType.BOOL) return 'const' in own ? { ...base, const: own.const } : base;
  return numberConstraints(base, own);
};

const enumSchema = (desc: DescEnum, rules: ValueRules = {}, enumStyle: EnumStyle): JsonObject => {
  const isAllowed = (value: number): boolean => {
    if (rules.const !== undefined) return value === rules.const;
    if (rules.not_in?.includes(value) === true) return false;
    return rules.in?.includes(value) ?? true;
  };
  const allowed = desc.values.filter(({ number }) => isAllowed(number));
  return { type: 'string', enum: allowed.map(enumWords[enumStyle].write) };
};

/** A rule that is ignored for the zero value allows that as well. */
const unlessIgnored = (schema: JsonObject, rules: FieldRulesJson): JsonObject => {
  if (rules.ignore !== 'IGNORE_IF_ZERO_VALUE') return schema;
  const zero = schema['type'] === 'string' ? '' : 0;
  return { anyOf: [schema, { const: zero }] };
};
