import type { DescMessage, JsonObject } from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';
import { messageSchema, type SchemaOptions } from '../json-schema/message.ts';
import type { RestRule } from '../rest/rules.ts';
import { errorSchema, errorSchemaName } from './refusals.ts';

/** The schemas that operations refer to; they grow while operations are described. */
export interface Components {
  readonly read: SchemaOptions;
  readonly written: SchemaOptions;
  readonly schemas: JsonObject;
}

/**
 * Message types get their short names where all services are of one package. One that is both read and
 * written has two schemas: what is read is then called `<name>Input`.
 */
export const createComponents = (rules: readonly RestRule[], validator: Validator): Components => {
  const schemas: JsonObject = { [errorSchemaName]: errorSchema };
  const [prefix = '', ...others] = new Set(
    rules.map(({ method }) => `${method.parent.file.proto.package}.`),
  );
  const writtenTypes = reachable(rules.map(({ method }) => method.output));
  const nameOf = (message: DescMessage, side: SchemaOptions['side']): string => {
    const isLocal = others.length === 0 && message.typeName.startsWith(prefix);
    const name = isLocal ? message.typeName.slice(prefix.length) : message.typeName;
    return side === 'read' && writtenTypes.has(message) ? `${name}Input` : name;
  };

  const made = new Map<string, DescMessage>();
  const refer = (message: DescMessage, options: SchemaOptions): string => {
    const name = nameOf(message, options.side);
    if (made.get(name) !== message) {
      if (name in schemas) throw new Error(`two schemas would be called ${name}`);
      // noted before its fields are looked at: a type may contain itself
      made.set(name, message);
      schemas[name] = messageSchema(message, options);
    }
    return `#/components/schemas/${name}`;
  };
  const read: SchemaOptions = { side: 'read', validator, refTo: (one) => refer(one, read) };
  const written: SchemaOptions = { side: 'written', refTo: (one) => refer(one, written) };
  return { read, written, schemas };
};

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
