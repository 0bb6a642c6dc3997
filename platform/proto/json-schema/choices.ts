import {
  message as messageRules,
  oneof as oneofRules,
  type MessageOneofRule,
} from '#gen/buf/validate/validate_pb.ts';
import {
  getOption,
  hasOption,
  type DescField,
  type DescMessage,
  type JsonObject,
} from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';

/** Fields of which at most one may be set. */
export interface Choice {
  readonly fields: readonly DescField[];
  /** Whether one of them must be set. */
  readonly isRequired: boolean;
}

/** The choices of a message: its oneofs, and those that protovalidate defines over fields of any kind. */
export const choicesOf = (message: DescMessage): Choice[] => [
  ...message.oneofs.map((one) => ({
    fields: one.fields,
    isRequired: hasOption(one, oneofRules) && getOption(one, oneofRules).required,
  })),
  ...ruledChoices(message).map(({ fields, required }) => ({
    fields: message.fields.filter(({ name }) => fields.includes(name)),
    isRequired: required,
  })),
];

const ruledChoices = (message: DescMessage): readonly MessageOneofRule[] =>
  hasOption(message, messageRules) ? getOption(message, messageRules).oneof : [];

/**
 * The constraint that at most one of the fields is present, or exactly one. It is not `oneOf` over the names
 * alone, because none may be allowed as well.
 */
export const choiceConstraint = ({ fields, isRequired }: Choice): JsonObject => {
  const names = fields.map(({ name }) => ({ required: [name] }));
  return { oneOf: isRequired ? names : [...names, { not: { anyOf: names } }] };
};

/** The schema of a field that must be set: a value that counts as absent is not allowed. */
export const setSchema = (field: DescField, schema: JsonObject): JsonObject => {
  const atLeastOne = (word: string) => ({ ...schema, [word]: Number(schema[word] ?? 1) || 1 });
  if (field.fieldKind === 'list') return atLeastOne('minItems');
  if (field.fieldKind === 'map') return atLeastOne('minProperties');
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) return schema;
  if (schema['type'] === 'string') return 'enum' in schema ? schema : atLeastOne('minLength');
  return { ...schema, not: { const: schema['type'] === 'boolean' ? false : 0 } };
};

/** The title for a choice, e.g. `CreateOrderRequestPartIds` for `CreateOrderRequest` with its `part_ids`. */
export const choiceTitle = (message: DescMessage, { name }: DescField, suffix = ''): string =>
  `${message.name}${suffix}${name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}`;
