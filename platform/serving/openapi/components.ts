import { isDeepStrictEqual } from 'node:util';
import type { DescMessage, JsonObject } from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';
import { messageSchema, type SchemaOptions } from '../../proto/json-schema/message.ts';
import type { EnumStyle } from '../../proto/json/enum-words.ts';
import { enumStyleAt, type RestOptions } from '../rest/options.ts';
import type { RestRule } from '../rest/rules.ts';
import { errorSchemas } from './error-schema.ts';

/** How messages that we read, and that we send, are described. */
export interface SchemaSides {
  readonly read: SchemaOptions;
  readonly written: SchemaOptions;
}

/** The schemas to which operations refer; more are added while operations are described. */
export interface Components {
  of(rule: RestRule): SchemaSides;
  /**
   * Adds a schema that does not come from a message type, and returns its `$ref`; the same name is the same
   * schema.
   */
  add(name: string, schema: JsonObject): string;
  readonly schemas: JsonObject;
}

/**
 * Message types get their short names when all services are in one package. A type that is both read and
 * written has two schemas, of which the one that is read is called `<name>Input`. A type whose enums are
 * printed in another style on some paths has one schema per style, e.g. `<name>Lower`.
 */
export const createComponents = (
  rules: readonly RestRule[],
  validator: Validator,
  rest: RestOptions,
): Components => {
  const schemas: JsonObject = errorSchemas(rest);
  const nameOf = createNaming(rules, enumStyleAt('/', rest));
  const made = new Map<string, DescMessage>();
  const refer = (message: DescMessage, options: SchemaOptions): string => {
    const name = nameOf(message, options);
    if (made.get(name) !== message) {
      if (name in schemas) throw new Error(`two schemas would be called ${name}`);
      // noted before its fields are visited, because a type may contain itself
      made.set(name, message);
      schemas[name] = messageSchema(message, options);
    }
    return `#/components/schemas/${name}`;
  };
  const of = ({ enumStyle }: RestRule): SchemaSides => {
    const read: SchemaOptions = {
      side: 'read',
      enumStyle,
      validator,
      titleSuffix: suffixOf(enumStyle, enumStyleAt('/', rest)),
      refTo: (one) => refer(one, read),
    };
    const written: SchemaOptions = {
      side: 'written',
      enumStyle,
      refTo: (one) => refer(one, written),
    };
    return { read, written };
  };
  const add = (name: string, schema: JsonObject): string => {
    if (name in schemas && !isDeepStrictEqual(schemas[name], schema))
      throw new Error(`two schemas would be called ${name}`);
    schemas[name] = schema;
    return `#/components/schemas/${name}`;
  };
  return { of, add, schemas };
};

const createNaming = (rules: readonly RestRule[], usualStyle: EnumStyle) => {
  const [prefix = '', ...others] = new Set(
    rules.map(({ method }) => `${method.parent.file.proto.package}.`),
  );
  const writtenTypes = reachable(rules.map(({ method }) => method.output));
  return (message: DescMessage, { side, enumStyle }: SchemaOptions): string => {
    const isLocal = others.length === 0 && message.typeName.startsWith(prefix);
    const name = isLocal ? message.typeName.slice(prefix.length) : message.typeName;
    const input = side === 'read' && writtenTypes.has(message) ? 'Input' : '';
    return name + input + (hasEnums(message) ? suffixOf(enumStyle, usualStyle) : '');
  };
};

/** Names the style unless it is the default one. */
const suffixOf = (style: EnumStyle | undefined, usualStyle: EnumStyle): string =>
  style === undefined || style === usualStyle ? '' : styleSuffixes[style];

const styleSuffixes: Record<EnumStyle, string> = { long: 'Long', short: 'Short', lower: 'Lower' };

const hasEnums = (message: DescMessage): boolean =>
  [...reachable([message])].some(({ fields }) => fields.some((field) => field.enum !== undefined));

const reachable = (
  messages: readonly DescMessage[],
  seen = new Set<DescMessage>(),
): Set<DescMessage> => {
  for (const message of messages) {
    if (seen.has(message)) continue;
    seen.add(message);
    const inner = message.fields.flatMap((field) => field.message ?? []);
    reachable(inner, seen);
  }
  return seen;
};
