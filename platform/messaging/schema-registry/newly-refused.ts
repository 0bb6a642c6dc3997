import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/**
 * What one value's schema took before and takes no more, in words, without looking into its fields and items.
 * `type …` comes alone: then nothing else can be compared.
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
  /** 1: a greater one takes less; -1: a smaller one does. */
  sign: 1 | -1;
  /** ±Infinity when there is none. */
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

/** Of an integer, `> 0` and `>= 1` are the same. */
const stepOf = (type: JsonValue | undefined): number => (type === 'integer' ? 1 : Number.EPSILON);

const limitChange = ({ word, sign, of }: Limit, old: JsonObject, now: JsonObject): string[] => {
  const [was, is] = [of(old), of(now)];
  if (is * sign <= was * sign) return [];
  const shown = (value: number) => (Number.isFinite(value) ? String(value) : 'none');
  return [`${word} ${shown(was)} → ${shown(is)}`];
};

/** Two of these cannot be compared: another one is taken as refusing what the first one took. */
const exactWords = ['format', 'pattern', 'propertyNames', 'allOf', 'anyOf', 'oneOf'] as const;

const wordChange = (word: string, old: JsonObject, now: JsonObject): string[] => {
  const [was, is] = [old[word], now[word]];
  // int32 and the like are seen by the bounds
  const isTold = word === 'format' && now['type'] !== 'string';
  if (is === undefined || isTold || isDeepStrictEqual(was, is)) return [];
  return [`${word} ${show(was ?? 'none')} → ${show(is)}`];
};

const isOpen = (schema: JsonObject): boolean =>
  schema['type'] === 'object' &&
  (schema['additionalProperties'] === undefined || schema['additionalProperties'] === true);

const show = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
