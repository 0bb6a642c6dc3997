import { field as fieldRules, FieldRulesSchema } from '#gen/buf/validate/validate_pb.ts';
import {
  create,
  getOption,
  hasOption,
  toJson,
  type DescField,
  type DescMessage,
} from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';

/** buf.validate.FieldRules as JSON with proto names, without what is not set. 64-bit integers are strings. */
export interface FieldRulesJson {
  required?: boolean;
  ignore?: string;
  repeated?: { min_items?: string; max_items?: string; unique?: boolean; items?: FieldRulesJson };
  map?: { min_pairs?: string; max_pairs?: string; keys?: FieldRulesJson; values?: FieldRulesJson };
  /** The rules of one type of value, under its name. */
  [type: string]: unknown;
}

/** Returns the protovalidate rules of a field. */
export const rulesOf = (field: DescField): FieldRulesJson => {
  if (!hasOption(field, fieldRules)) return {};
  const message = getOption(field, fieldRules);
  const rules = toJson(FieldRulesSchema, message, { useProtoFieldName: true }) as FieldRulesJson;
  return rules.ignore === 'IGNORE_ALWAYS' ? {} : rules;
};

/** Finds the fields that cannot be left out, because a message without any is refused for each of them. */
export const findNeeded = (message: DescMessage, validator: Validator): ReadonlySet<DescField> => {
  const { violations = [] } = validator.validate(message, create(message));
  const needed = new Set<DescField>();
  for (const { field: path } of violations) {
    const [first] = path;
    if (first?.kind === 'field') needed.add(first);
  }
  return needed;
};
