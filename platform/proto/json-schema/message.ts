import { comments } from '#gen/comments.ts';
import type { DescField, DescMessage, JsonObject } from '@bufbuild/protobuf';
import { createValidator, type Validator } from '@bufbuild/protovalidate';
import { isAlwaysWritten } from '../json/encode.ts';
import type { EnumStyle } from '../json/enum-words.ts';
import { choiceConstraint, choicesOf, choiceTitle, setSchema, type Choice } from './choices.ts';
import { findNeeded, rulesOf, type FieldRulesJson } from './rules.ts';
import { scalarSchema, valueSchema } from './value.ts';

export interface SchemaOptions {
  /**
   * `read`: what we accept; unknown fields are refused. `written`: what we send with `emitDefaults`; newer
   * versions may add fields. `event`: what may be in a topic, written by this version or an earlier one, so
   * fields added later are not required.
   */
  side: 'read' | 'written' | 'event';
  /** Returns the `$ref` of another message type. */
  refTo: (message: DescMessage) => string;
  /** Tells which fields may be left out. Give one to many calls: compiling rules is expensive. */
  validator?: Validator;
  /** Default `long`. */
  enumStyle?: EnumStyle;
  /** Follows the name of a message in the titles of its variants. */
  titleSuffix?: string;
}

/**
 * Returns the JSON Schema (2020-12) of a message as platform/proto/json reads and writes it: proto names,
 * 64-bit integers as numbers, protovalidate rules as constraints, comments as descriptions. Rules in CEL are
 * not included. A message that is read and must have one of several fields becomes several schemas, each with
 * a title, from which code generators make types.
 */
export const messageSchema = (
  message: DescMessage,
  options: SchemaOptions,
  fields: readonly DescField[] = message.fields,
): JsonObject => {
  const choices = choicesOf(message).filter((one) =>
    one.fields.every((each) => fields.includes(each)),
  );
  const parts = { options, fields, choices };
  const variants =
    options.side === 'read' ? choices.find(({ isRequired }) => isRequired) : undefined;
  if (variants === undefined)
    return { type: 'object', ...describe(message.typeName), ...objectSchema(message, parts) };
  return {
    ...describe(message.typeName),
    oneOf: variants.fields.map((chosen) => variantSchema(message, parts, { variants, chosen })),
  };
};

interface SchemaParts {
  options: SchemaOptions;
  fields: readonly DescField[];
  choices: readonly Choice[];
}

const objectSchema = (
  message: DescMessage,
  { options, fields, choices }: SchemaParts,
): { properties: JsonObject } & JsonObject => {
  const required = fields.filter(requiredOf(message, options)).map(({ name }) => name);
  return {
    properties: Object.fromEntries(
      fields.map((field) => [field.name, fieldSchema(field, options)]),
    ),
    ...(required.length > 0 && { required }),
    ...(choices.length > 0 && { allOf: choices.map(choiceConstraint) }),
    ...(options.side !== 'written' && { additionalProperties: false }),
  };
};

/** The message with one of the fields of a choice. */
const variantSchema = (
  message: DescMessage,
  { options, fields, choices }: SchemaParts,
  { variants, chosen }: { variants: Choice; chosen: DescField },
): JsonObject => {
  const schema = objectSchema(message, {
    options,
    fields: fields.filter((field) => field === chosen || !variants.fields.includes(field)),
    choices: choices.filter((one) => one !== variants),
  });
  const { [chosen.name]: value = {} } = schema.properties;
  return {
    title: choiceTitle(message, chosen, options.titleSuffix),
    type: 'object',
    ...schema,
    properties: { ...schema.properties, [chosen.name]: setSchema(chosen, value as JsonObject) },
    required: [...((schema['required'] as string[] | undefined) ?? []), chosen.name],
  };
};

/** The names of the fields that must be present. */
export const requiredOf = (
  message: DescMessage,
  { side, validator = createValidator() }: SchemaOptions,
): ((field: DescField) => boolean) => {
  if (side === 'written')
    return (field) => isAlwaysWritten(field) || rulesOf(field).required === true;
  const needed = findNeeded(message, validator);
  return (field) => needed.has(field);
};

/** The schema of one field's value, with the field's comment. */
export const fieldSchema = (field: DescField, options: SchemaOptions): JsonObject => ({
  ...shapeOf(field, options),
  ...describe(`${field.parent.typeName}.${field.name}`),
});

const shapeOf = (field: DescField, options: SchemaOptions): JsonObject => {
  const rules = rulesOf(field);
  if (field.fieldKind === 'list') return listSchema(field, rules.repeated, options);
  if (field.fieldKind === 'map') return mapSchema(field, rules.map, options);
  return singleSchema(field, rules, options);
};

const listSchema = (
  field: DescField,
  { min_items: min, max_items: max, unique, items }: NonNullable<FieldRulesJson['repeated']> = {},
  options: SchemaOptions,
): JsonObject => ({
  type: 'array',
  items: singleSchema(field, items, options),
  ...(min !== undefined && { minItems: Number(min) }),
  ...(max !== undefined && { maxItems: Number(max) }),
  ...(unique !== undefined && { uniqueItems: unique }),
});

const mapSchema = (
  field: DescField & { fieldKind: 'map' },
  { min_pairs: min, max_pairs: max, keys, values }: NonNullable<FieldRulesJson['map']> = {},
  options: SchemaOptions,
): JsonObject => ({
  type: 'object',
  additionalProperties: singleSchema(field, values, options),
  ...(keys?.['string'] !== undefined && { propertyNames: scalarSchema(field.mapKey, keys) }),
  ...(min !== undefined && { minProperties: Number(min) }),
  ...(max !== undefined && { maxProperties: Number(max) }),
});

const singleSchema = (
  field: DescField,
  rules: FieldRulesJson = {},
  { side, refTo, enumStyle = 'long' }: SchemaOptions,
): JsonObject => {
  const schema = valueSchema(field, rules, enumStyle);
  if (schema === undefined)
    return field.message === undefined ? {} : { $ref: refTo(field.message) };
  if (side === 'read' && schema['type'] === 'string') return withoutNul(schema);
  return side === 'written' ? withoutLowest(schema) : schema;
};

/** Removes the minimum of a signed type, which documents would otherwise show as the example of an answer. */
const withoutLowest = ({ minimum, ...schema }: JsonObject): JsonObject =>
  minimum === undefined || Number(minimum) < 0 ? schema : { ...schema, minimum };

/** Our RPCs refuse U+0000 in strings. Where another rule implies that, it is not repeated. */
const withoutNul = (schema: JsonObject): JsonObject => {
  const isPlain = !['enum', 'const', 'format', 'pattern', 'contentEncoding'].some(
    (word) => word in schema,
  );
  return isPlain ? { ...schema, pattern: '^[^\\u0000]*$' } : schema;
};

const describe = (name: string): JsonObject => {
  const description = comments[name];
  return description === undefined ? {} : { description };
};
