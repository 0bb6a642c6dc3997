import type { DescField, DescMessage, JsonObject } from '@bufbuild/protobuf';
import {
  fieldSchema,
  messageSchema,
  requiredOf,
  type SchemaOptions,
} from '../../proto/json-schema/message.ts';
import { isBindable } from '../rest/binding.ts';
import { findField } from '../rest/field-path.ts';
import type { RestRule } from '../rest/rules.ts';
import type { Examples } from './examples.ts';
import type { HeaderNote } from './notes.ts';

/** Describes the path, query and header parameters of a binding. */
export const parametersOf = (
  rule: RestRule,
  { headers, examples }: { headers: readonly HeaderNote[]; examples: Examples },
  options: SchemaOptions,
): JsonObject[] => {
  const { input } = rule.method;
  const isRequired = requiredOf(input, options);
  return [
    ...rule.template.variables.map((name) => {
      const field = findField(input, name);
      const described = parameter('path', name, field && fieldSchema(field, options));
      return { ...described, required: true, ...(field && examples.at([field])) };
    }),
    ...queryFields(rule, input).map((path) => {
      const [leaf, name] = [path.at(-1), path.map((field) => field.name).join('.')];
      const schema = parameter('query', name, leaf && fieldSchema(leaf, options));
      const described = { ...schema, ...examples.at(path) };
      const isNeeded = path.length === 1 && path.some(isRequired);
      return isNeeded ? { ...described, required: true } : described;
    }),
    ...headers.map(({ name, description, schema }) => ({
      name,
      in: 'header',
      description,
      schema,
    })),
  ];
};

const parameter = (place: string, name: string, schema: JsonObject = {}): JsonObject => {
  const { description, ...rest } = schema;
  return { name, in: place, ...(description !== undefined && { description }), schema: rest };
};

/** The paths to single values through messages; a path enters each message type once. */
const queryFields = (
  rule: RestRule,
  message: DescMessage,
  way: readonly DescField[] = [],
): (readonly DescField[])[] =>
  message.fields.flatMap((field) => {
    const path = [...way, field];
    if (isBindable(rule, path)) return [path];
    const isBody = rule.body === '*' || rule.body === path[0];
    const inner = field.fieldKind === 'message' && !isBody ? field.message : undefined;
    const isNew = way.every((one) => one.message !== inner);
    return inner !== undefined && isNew && !inner.typeName.startsWith('google.protobuf.')
      ? queryFields(rule, inner, path)
      : [];
  });

const linesContent = {
  'application/x-ndjson': {
    schema: {
      type: 'string',
      description:
        'JSON Lines, as many as there are: one item of the list a line. The answer is JSON Lines, too.',
    },
  },
};

/** Describes the body of a binding, without what its path binds; undefined when it reads none. */
export const requestBodyOf = (
  rule: RestRule,
  { examples, isUpload }: { examples: Examples; isUpload: boolean },
  options: SchemaOptions,
): JsonObject | undefined => {
  const { body, method, template } = rule;
  if (body === undefined) return undefined;
  if (body !== '*')
    return jsonBody(
      { schema: fieldSchema(body, options), ...examples.body() },
      requiredOf(method.input, options)(body),
    );
  const fields = method.input.fields.filter(({ name }) => !template.variables.includes(name));
  const isWhole = fields.length === method.input.fields.length;
  const schema = isWhole
    ? { $ref: options.refTo(method.input) }
    : messageSchema(method.input, options, fields);
  const { required, content } = jsonBody(
    { schema, ...examples.body() },
    fields.some(requiredOf(method.input, options)),
  );
  return { required, content: { ...content, ...(isUpload && linesContent) } };
};

const jsonBody = (content: JsonObject, required: boolean) => ({
  required,
  content: { 'application/json': content },
});
