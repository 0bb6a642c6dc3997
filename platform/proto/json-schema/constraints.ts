import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** The rules of a string, a number or an enum, by their names in buf/validate/validate.proto. */
export interface ValueRules {
  const?: JsonValue;
  in?: JsonValue[];
  not_in?: JsonValue[];
  example?: JsonValue[];
  [rule: string]: unknown;
}

/** Converts the rules of a number to JSON Schema, within what `base` allows. */
export const numberConstraints = (base: JsonObject, rules: ValueRules): JsonObject => {
  const lower = bound(rules, ['gt', 'exclusiveMinimum'], ['gte', 'minimum']);
  const upper = bound(rules, ['lt', 'exclusiveMaximum'], ['lte', 'maximum']);
  const chosen = choices(rules, Number);
  // in protovalidate, a lower bound above the upper one allows what lies outside of both
  if (lower && upper && lower.value >= upper.value)
    return { ...base, ...chosen, anyOf: [lower.schema, upper.schema] };
  const { minimum, maximum, ...type } = base;
  const isLower = lower && !(lower.value < Number(minimum));
  const isUpper = upper && !(upper.value > Number(maximum));
  return {
    ...type,
    ...(isLower ? lower.schema : present({ minimum })),
    ...(isUpper ? upper.schema : present({ maximum })),
    ...chosen,
  };
};

const bound = (rules: ValueRules, ...words: [rule: string, word: string][]) => {
  const [rule = '', word = ''] = words.find(([name]) => name in rules) ?? [];
  if (rule === '') return undefined;
  const value = Number(rules[rule]);
  return { value, schema: { [word]: value } };
};

const formats: Record<string, string> = {
  email: 'email',
  hostname: 'hostname',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  uri: 'uri',
  uri_ref: 'uri-reference',
  uuid: 'uuid',
};

/** Converts the rules of a string to JSON Schema. Rules on its bytes have no equivalent and are left out. */
export const stringConstraints = (base: JsonObject, rules: ValueRules): JsonObject => {
  const format = Object.keys(formats).find((name) => rules[name] === true);
  const patterns = patternsOf(rules);
  const [pattern] = patterns;
  return {
    ...base,
    ...choices(rules, (value) => value),
    ...lengths(rules),
    ...(format !== undefined && { format: formats[format] ?? format }),
    ...(pattern !== undefined && patterns.length === 1 && { pattern }),
    ...(patterns.length > 1 && { allOf: patterns.map((one) => ({ pattern: one })) }),
  };
};

const lengths = ({ len, min_len: min = len, max_len: max = len }: ValueRules): JsonObject => ({
  ...(min !== undefined && { minLength: Number(min) }),
  ...(max !== undefined && { maxLength: Number(max) }),
});

const patternsOf = (rules: ValueRules): string[] => {
  const escaped = (rule: string) => RegExp.escape(rules[rule] as string);
  return [
    ...('pattern' in rules ? [rules['pattern'] as string] : []),
    ...('prefix' in rules ? [`^${escaped('prefix')}`] : []),
    ...('suffix' in rules ? [`${escaped('suffix')}$`] : []),
    ...('contains' in rules ? [escaped('contains')] : []),
    ...('not_contains' in rules ? [`^(?!.*${escaped('not_contains')})`] : []),
  ];
};

const choices = (rules: ValueRules, read: (value: JsonValue) => JsonValue): JsonObject => ({
  ...(rules.const !== undefined && { const: read(rules.const) }),
  ...(rules.in !== undefined && { enum: rules.in.map(read) }),
  ...(rules.not_in !== undefined && { not: { enum: rules.not_in.map(read) } }),
  ...(rules.example !== undefined && { examples: rules.example.map(read) }),
});

const present = (json: Record<string, JsonValue | undefined>): JsonObject =>
  Object.fromEntries(
    Object.entries(json).filter((pair): pair is [string, JsonValue] => pair[1] !== undefined),
  );
