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
  /** As in `items[].count`; empty for the event itself. */
  path: string;
}

/**
 * What makes data that is valid under `before` invalid under `after` (compatibility BACKWARD), one sentence
 * each, e.g. `field user_id: type integer → string`. Empty: none of what it looks at, which is what
 * messageSchema writes; a word of JSON Schema that it cannot compare counts when it changes.
 */
export const findBreaks = (before: JsonObject, after: JsonObject): string[] => {
  const seen = new Set<string>();
  const breaks: string[] = [];
  const compare = (pair: Pair): void => {
    const [old, now] = [resolve(pair.before), resolve(pair.after)];
    const refs = `${String(pair.before.schema['$ref'])} ${String(pair.after.schema['$ref'])}`;
    if (pair.before.schema['$ref'] !== undefined && pair.after.schema['$ref'] !== undefined) {
      if (seen.has(refs)) return; // a message that contains itself
      seen.add(refs);
    }
    const say = (what: string) => breaks.push(`${nameOf(pair.path)}: ${what}`);
    const refused = newlyRefused(old, now);
    refused.forEach(say);
    if (refused.some((what) => what.startsWith('type '))) return;
    breaks.push(...fieldBreaks(old, now, pair.path));
    for (const [word, name] of inner) {
      const [was, is] = [old[word], now[word]];
      if (isObject(was) && isObject(is)) compare(pairOf(pair, [was, is], pair.path + name));
    }
    const [was, is] = [propertiesOf(old), propertiesOf(now)];
    for (const [name, schema] of Object.entries(was)) {
      const next = is[name];
      if (next !== undefined) compare(pairOf(pair, [schema, next], join(pair.path, name)));
    }
  };
  const [old, now] = [before, after].map((root) => ({ root, schema: root })) as [Side, Side];
  compare({ before: old, after: now, path: '' });
  return breaks;
};

const inner = [
  ['items', '[]'],
  ['additionalProperties', '{}'],
] as const;

const pairOf = ({ before, after }: Pair, [was, is]: JsonObject[], path: string): Pair => ({
  before: { root: before.root, schema: was ?? {} },
  after: { root: after.root, schema: is ?? {} },
  path,
});

/** Fields that are gone, and fields that must be there now. */
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
        ? `field ${name(String(field))}: was optional, is required`
        : `new required field ${name(String(field))}`,
    ),
  ];
};

const missing = (was: Fields, is: Fields): string[] =>
  Object.keys(was).filter((field) => !(field in is));

/** Where one field went and one like it came, it was probably given another name. */
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
