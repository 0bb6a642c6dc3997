import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/**
 * Describes what the schema of a value accepted before and does not accept now, without its fields and items. A
 * change of type (`type …`) is returned alone, because nothing else can be compared then.
 */
export const newlyRefused = (old: JsonObject, now: JsonObject): string[] => {
  const type = typeChange(old, now);
  if (type !== undefined) return [type];
  return [
    ...choiceChanges(old, now),
    ...limits.flatMap((limit) => limitChange(limit, old, now)),
    ...exactWords.flatMap((word) => wordChange(word, old, now)),
    ...(isOpen(old) && now['additionalProperties'] === false
      ? ['takes no unknown fields any more']
      : []),
  ];
};

const typeChange = (old: JsonObject, now: JsonObject): string | undefined => {
  const [was, is] = [old['type'], now['type']];
  if (is === undefined || is === was || (was === 'integer' && is === 'number')) return undefined;
  return `type ${show(was ?? 'any')} → ${show(is)}`;
};

const choiceChanges = (old: JsonObject, now: JsonObject): string[] => {
  const [was, is] = [choicesOf(old), choicesOf(now)];
  const all = (values: JsonValue[]) => values.map((value) => JSON.stringify(value)).join(', ');
  const changes: string[] = [];
  if (is !== undefined && was === undefined) changes.push(`takes only ${all(is)} now`);
  const lost = was?.filter((value) => is !== undefined && !is.includes(value)) ?? [];
  if (lost.length > 0) changes.push(`no longer takes ${all(lost)}`);
  const barred = barredOf(now).filter((value) => !barredOf(old).includes(value));
  if (barred.length > 0 && was === undefined) changes.push(`no longer takes ${all(barred)}`);
  return changes;
};

const choicesOf = (schema: JsonObject): JsonValue[] | undefined =>
  schema['const'] === undefined ? (schema['enum'] as JsonValue[] | undefined) : [schema['const']];

const barredOf = ({ not }: JsonObject): JsonValue[] =>
  ((not as JsonObject | undefined)?.['enum'] ?? []) as JsonValue[];

interface Limit {
  word: string;
  /** 1 if a greater limit accepts less, -1 if a smaller one does. */
  sign: 1 | -1;
  /** Returns the limit of a schema; if it has none, a value that refuses nothing, e.g. ±Infinity. */
  of: (schema: JsonObject) => number;
}

const atLeast = (word: string): Limit => ({
  word,
  sign: 1,
  of: (schema) => Number(schema[word] ?? 0),
});
const atMost = (word: string): Limit => ({
  word,
  sign: -1,
  of: (schema) => Number(schema[word] ?? Infinity),
});

const limits: Limit[] = [
  {
    word: 'minimum',
    sign: 1,
    of: ({ type, minimum = -Infinity, exclusiveMinimum: above = -Infinity }) =>
      Math.max(Number(minimum), Number(above) + stepOf(type)),
  },
  {
    word: 'maximum',
    sign: -1,
    of: ({ type, maximum = Infinity, exclusiveMaximum: below = Infinity }) =>
      Math.min(Number(maximum), Number(below) - stepOf(type)),
  },
  ...['minLength', 'minItems', 'minProperties'].map(atLeast),
  ...['maxLength', 'maxItems', 'maxProperties'].map(atMost),
];

/** Converts an exclusive limit into an inclusive one: for an integer, `> 0` and `>= 1` are the same. */
const stepOf = (type: JsonValue | undefined): number => (type === 'integer' ? 1 : Number.EPSILON);

const limitChange = ({ word, sign, of }: Limit, old: JsonObject, now: JsonObject): string[] => {
  const [was, is] = [of(old), of(now)];
  if (is * sign <= was * sign) return [];
  const shown = (value: number) => (Number.isFinite(value) ? String(value) : 'none');
  return [`${word} ${shown(was)} → ${shown(is)}`];
};

/** Keywords whose values cannot be compared: a different value counts as refusing what the old one accepted. */
const exactWords = ['format', 'pattern', 'propertyNames', 'allOf', 'anyOf', 'oneOf'] as const;

const wordChange = (word: string, old: JsonObject, now: JsonObject): string[] => {
  const [was, is] = [old[word], now[word]];
  // Formats of numbers, e.g. int32, are compared by their minimum and maximum.
  const isTold = word === 'format' && now['type'] !== 'string';
  if (is === undefined || isTold || isDeepStrictEqual(was, is)) return [];
  return [`${word} ${show(was ?? 'none')} → ${show(is)}`];
};

const isOpen = (schema: JsonObject): boolean =>
  schema['type'] === 'object' &&
  (schema['additionalProperties'] === undefined || schema['additionalProperties'] === true);

const show = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
