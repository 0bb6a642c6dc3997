import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { findBreaks } from './find-breaks.ts';

/** One change between two versions of a schema. */
export interface SchemaDifference {
  says: string;
  /** Data that is valid under the earlier version is not under the later one. */
  isBreaking: boolean;
}

/**
 * Describes how the later of two versions of an event's schema differs: what breaks, as `findBreaks` lists it, and then
 * what is new or accepts more.
 */
export const describeDifferences = (before: JsonObject, after: JsonObject): SchemaDifference[] => {
  const breaking = findBreaks(before, after);
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const isTold = (path: string) =>
    breaking.some((says) => says.startsWith(`field ${path}:`) || says.endsWith(` ${path}`));
  const added = [...is].filter(([path]) => !was.has(path) && !isTold(path));
  const changed = [...is].filter(([path, field]) => {
    const old = was.get(path);
    return old !== undefined && old !== field && !isTold(path);
  });
  return [
    ...breaking.map((says) => ({ says, isBreaking: true })),
    ...added.map(([path, field]) => ({ says: `new field ${path}: ${field}`, isBreaking: false })),
    ...changed.map(([path, field]) => ({
      says: `field ${path}: was ${was.get(path) ?? ''}, is ${field}`,
      isBreaking: false,
    })),
  ];
};

type Fields = Readonly<Record<string, JsonObject>>;

/** What each field takes, by its path, e.g. `items[].count`; a message that contains itself is entered once. */
const fieldsOf = (root: JsonObject): Map<string, string> => {
  const definitions = (root['$defs'] ?? {}) as Fields;
  const found = new Map<string, string>();
  const visit = (schema: JsonObject, path: string, entered: readonly string[]): void => {
    const ref = schema['$ref'];
    if (typeof ref !== 'string') enter(schema, path, entered);
    else if (!entered.includes(ref))
      visit(definitions[ref.replace('#/$defs/', '')] ?? {}, path, [...entered, ref]);
  };
  const enter = (schema: JsonObject, path: string, entered: readonly string[]): void => {
    const { required = [], properties = {} } = schema;
    for (const [name, field] of Object.entries(properties as Fields)) {
      const at = path === '' ? name : `${path}.${name}`;
      const need = (required as string[]).includes(name) ? 'required' : 'optional';
      found.set(at, `${wordsOf(field)}, ${need}`);
      visit(field, at, entered);
    }
    for (const [word, sign] of inner) {
      const one = schema[word];
      if (isObject(one)) visit(one, path + sign, entered);
    }
  };
  visit(root, '', []);
  return found;
};

const inner = [
  ['items', '[]'],
  ['additionalProperties', '{}'],
] as const;

// these are compared by paths of their own, or only explain
const untold = ['properties', 'required', 'items', 'additionalProperties', 'description', 'title'];

const wordsOf = (field: JsonObject): string => {
  const { type, $ref: ref, ...rest } = field;
  const what = typeof ref === 'string' ? ref.replace('#/$defs/', '') : show(type ?? 'anything');
  const limits = Object.entries(rest)
    .filter(([word]) => !untold.includes(word))
    .map(([word, value]) => `${word} ${show(value)}`);
  return [what, ...limits].join(', ');
};

const show = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const isObject = (json: JsonValue | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
