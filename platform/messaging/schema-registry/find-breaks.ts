import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { newlyRefused } from './newly-refused.ts';

interface Side {
  root: JsonObject;
  schema: JsonObject;
}

interface Pair {
  before: Side;
  after: Side;
  /** The path of the value in the event, e.g. `items[].count`; empty for the event itself. */
  path: string;
}

/**
 * Lists the changes that make data that is valid under `before` invalid under `after` (compatibility BACKWARD), e.g.
 * `field user_id: type integer → string`. It looks only at the keywords that messageSchema writes; any change of a
 * keyword whose values cannot be compared counts.
 */
export const findBreaks = (before: JsonObject, after: JsonObject): string[] => {
  const seen = new Set<string>();
  const breaks: string[] = [];
  const compare = (pair: Pair): void => {
    if (isSeen(pair, seen)) return;
    const [old, now] = [resolve(pair.before), resolve(pair.after)];
    const refused = newlyRefused(old, now);
    breaks.push(...refused.map((what) => `${nameOf(pair.path)}: ${what}`));
    if (refused.some((what) => what.startsWith('type '))) return;
    breaks.push(...fieldBreaks(old, now, pair.path));
    for (const one of innerPairs(pair, old, now)) compare(one);
  };
  compare({
    before: { root: before, schema: before },
    after: { root: after, schema: after },
    path: '',
  });
  return breaks;
};

/** Whether the two definitions were compared already, because a message may contain itself. */
const isSeen = ({ before, after }: Pair, seen: Set<string>): boolean => {
  if (before.schema['$ref'] === undefined || after.schema['$ref'] === undefined) return false;
  const refs = JSON.stringify([before.schema['$ref'], after.schema['$ref']]);
  if (seen.has(refs)) return true;
  seen.add(refs);
  return false;
};

const innerPairs = (pair: Pair, old: JsonObject, now: JsonObject): Pair[] => {
  const { before, after, path } = pair;
  const pairOf = (was: JsonObject, is: JsonObject, at: string): Pair => ({
    before: { root: before.root, schema: was },
    after: { root: after.root, schema: is },
    path: at,
  });
  const pairs: Pair[] = [];
  for (const [word, sign] of inner) {
    const [was, is] = [old[word], now[word]];
    if (isObject(was) && isObject(is)) pairs.push(pairOf(was, is, path + sign));
  }
  const fields = propertiesOf(now);
  for (const [name, was] of Object.entries(propertiesOf(old))) {
    const is = fields[name];
    if (is !== undefined) pairs.push(pairOf(was, is, join(path, name)));
  }
  return pairs;
};

const inner = [
  ['items', '[]'],
  ['additionalProperties', '{}'],
] as const;

/** Lists the fields that were removed, and the fields that are required now. */
const fieldBreaks = (old: JsonObject, now: JsonObject, path: string): string[] => {
  const [was, is] = [propertiesOf(old), propertiesOf(now)];
  const name = (field: string) => join(path, field);
  const gone = now['additionalProperties'] === false ? missing(was, is) : [];
  const wasRequired = listOf(old['required']);
  const required = listOf(now['required']).filter((field) => !wasRequired.includes(field));
  return [
    ...gone.map((field) => `field ${name(field)}: is gone${renamed(field, was, is)}`),
    ...required.map((field) =>
      field in was
        ? `field ${name(field)}: was optional, is required`
        : `new required field ${name(field)}`,
    ),
  ];
};

const missing = (was: Fields, is: Fields): string[] =>
  Object.keys(was).filter((field) => !(field in is));

/** Returns a hint for a removed field if exactly one new field is like it: it was probably renamed. */
const renamed = (field: string, was: Fields, is: Fields): string => {
  const twins = missing(is, was).filter((name) => isAlike(was[field], is[name]));
  return twins.length === 1 ? ` (renamed to ${twins[0] ?? ''}?)` : '';
};

const isAlike = (a: JsonObject | undefined, b: JsonObject | undefined): boolean =>
  isDeepStrictEqual({ ...a, description: '' }, { ...b, description: '' });

type Fields = Record<string, JsonObject>;

const propertiesOf = (schema: JsonObject): Fields => (schema['properties'] ?? {}) as Fields;

const listOf = (value: JsonValue | undefined): string[] => (value ?? []) as string[];

const resolve = ({ root, schema }: Side): JsonObject => {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  const definitions = (root['$defs'] ?? {}) as Fields;
  const found = definitions[ref.replace('#/$defs/', '')];
  if (found === undefined) throw new Error(`The schema refers to ${ref}, which it does not have.`);
  return found;
};

const join = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`);

const nameOf = (path: string): string => (path === '' ? 'the event' : `field ${path}`);

const isObject = (json: JsonValue | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
