import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface RestAnswer {
  verb: string;
  /** The path without the query. */
  path: string;
  status: number;
  body: JsonValue;
}

/** Throws for an answer that the document does not describe: an unknown path, status or body. */
export type AnswerCheck = (answer: RestAnswer) => void;

/**
 * Creates a check against the document that the service at `url` serves. A field that the document does not name is a
 * fault, too.
 */
export const openAnswerCheck = async (url: string): Promise<AnswerCheck> => {
  const response = await fetch(`${url}/openapi.json`);
  const document = close((await response.json()) as JsonObject) as JsonObject;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addFormat('uint32', true).addFormat('uint64', true).addSchema(document, 'api');
  const compiled = new Map<string, ValidateFunction>();
  // `/orders/process` before `/orders/{order_id}`
  const templates = Object.keys(document['paths'] as JsonObject).toSorted(
    (a, b) => variablesIn(a) - variablesIn(b),
  );

  return ({ verb, path, status, body }) => {
    const template = templates.find((one) => toPattern(one).test(path)) ?? path;
    const place = ['paths', template, verb.toLowerCase(), 'responses', String(status)];
    const pointer = [...place, 'content', 'application/json', 'schema'].map(escape).join('/');
    if (at(document, place) === undefined)
      throw new Error(`/openapi.json has no ${status} for ${verb} ${template}`);
    if (status === 204) return;
    const fits = compiled.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
    compiled.set(pointer, fits);
    if (fits(body)) return;
    const faults = ajv.errorsText(fits.errors, { dataVar: 'answer' });
    throw new Error(`${verb} ${path} ${status} is not as /openapi.json says: ${faults}`);
  };
};

/**
 * Forbids additional properties: clients must accept them from later versions, but this version must not send
 * undocumented ones.
 */
const close = (json: JsonValue): JsonValue => {
  if (Array.isArray(json)) return json.map(close);
  if (typeof json !== 'object' || json === null) return json;
  const copy = Object.fromEntries(Object.entries(json).map(([key, one]) => [key, close(one)]));
  const isOpen = copy['type'] === 'object' && 'properties' in copy;
  return isOpen ? { additionalProperties: false, ...copy } : copy;
};

const variablesIn = (template: string): number => template.split('{').length - 1;

const toPattern = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split(/\{[^}]*\}/)
      .map(RegExp.escape)
      .join('[^/]+')}$`,
  );

const escape = (part: string): string =>
  encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

const at = (json: JsonValue | undefined, path: readonly string[]): JsonValue | undefined => {
  let value = json;
  for (const part of path) value = (value as JsonObject | undefined)?.[part];
  return value;
};
