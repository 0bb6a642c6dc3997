import type { DescField, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { encodeJson } from '../../proto/json/encode.ts';
import type { RestRule } from '../rest/rules.ts';
import type { RpcNotes } from './notes.ts';

/** An RPC's examples as one of its bindings takes them. */
export interface Examples {
  /** Of a parameter, by the way to its field. */
  at(path: readonly DescField[]): JsonObject;
  body(): JsonObject;
}

/** The examples of an RPC as a binding takes them: what its path and query bind, and what its body holds. */
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
