import type { DescField, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { encodeJson } from '../../proto/json/encode.ts';
import type { RestRule } from '../rest/rules.ts';
import type { RpcNotes } from './notes.ts';

/** The examples of an RPC as one of its bindings takes them. */
export interface Examples {
  /** The examples of a parameter, by the path to its field. */
  at(path: readonly DescField[]): JsonObject;
  body(): JsonObject;
}

/** Creates the examples of an RPC for a binding: what its path and query bind, and what its body contains. */
export const createExamples = (
  { method, body, enumStyle, template }: RestRule,
  { examples }: Pick<RpcNotes, 'examples'>,
): Examples => {
  const requests = [...examples].map(
    ([name, message]) =>
      [name, encodeJson(method.input, message, { emitDefaults: false, enumStyle })] as const,
  );
  const within = (pick: (request: JsonObject) => JsonValue | undefined): JsonObject => {
    const found = requests.flatMap(([name, request]) => {
      const value = pick(request);
      return value === undefined ? [] : [[name, { value }] as const];
    });
    return found.length === 0 ? {} : { examples: Object.fromEntries(found) };
  };
  return {
    at: (path) => within((request) => path.reduce<JsonValue | undefined>(valueAt, request)),
    body: () =>
      within((request) => {
        if (body === undefined) return undefined;
        if (body !== '*') return request[body.name];
        const bound = Object.entries(request).filter(
          ([name]) => !template.variables.includes(name),
        );
        return Object.fromEntries(bound);
      }),
  };
};

const valueAt = (json: JsonValue | undefined, { name }: DescField): JsonValue | undefined =>
  (json as JsonObject | undefined)?.[name];
