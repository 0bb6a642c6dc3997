import { ScalarType, type DescField, type Message } from '@bufbuild/protobuf';
import { InvalidRequest, type FieldViolation } from '../../proto/validation/invalid-request.ts';
import { decodeJson } from '../../proto/json/decode.ts';
import {
  givenTwice,
  isJsonObject,
  type JsonNode,
  type JsonRecord,
} from '../../proto/json/json-node.ts';
import { parseJson } from '../../proto/json/parse.ts';
import { findFields } from './field-path.ts';
import type { RestRule } from './rules.ts';

export interface RestRequest {
  /** The values that the template of the path has captured. */
  captures: readonly string[];
  query: URLSearchParams;
  /** The bytes of the body; empty when the rule reads none. */
  body: Buffer;
  /** The id of the last event that a client of server-sent events has seen. */
  lastEventId?: string;
}

/**
 * Builds the request message from path, query and body. The path takes precedence over the body. Throws
 * InvalidRequest for unknown parameters and fields, and for values that do not fit, naming each.
 */
export const bindRequest = (rule: RestRule, request: RestRequest): Message => {
  const json = bodyOf(rule, request.body);
  const violations: FieldViolation[] = [];
  for (const [parameter, texts] of grouped(request.query)) {
    const fault = bindParameter(rule, json, { parameter, texts });
    if (fault !== undefined) violations.push({ field: parameter, description: fault });
  }
  if (violations.length > 0) throw new InvalidRequest(violations);
  for (const [path, text] of Object.entries(rule.template.decode(request.captures))) {
    const fields = findFields(rule.method.input, path) ?? [];
    assign(json, fields, textToJson(fields.at(-1), text));
  }
  const { enumStyle } = rule;
  return decodeJson(rule.method.input, json, { unknownFields: 'refuse', enumStyle });
};

const bodyOf = ({ body }: RestRule, bytes: Buffer): JsonRecord => {
  if (body === undefined || bytes.length === 0) return {};
  const json = parseJson(bytes);
  if (body !== '*') return { [body.name]: json };
  if (isJsonObject(json)) return json;
  throw new InvalidRequest([{ field: '', description: 'must be a JSON object' }]);
};

const grouped = (query: URLSearchParams): Map<string, string[]> => {
  const groups = new Map<string, string[]>();
  for (const [name, text] of query) {
    const texts = groups.get(name);
    if (texts === undefined) groups.set(name, [text]);
    else texts.push(text);
  }
  return groups;
};

const bindParameter = (
  rule: RestRule,
  json: JsonRecord,
  { parameter, texts }: { parameter: string; texts: string[] },
): string | undefined => {
  const fields = findFields(rule.method.input, parameter);
  const leaf = fields?.at(-1);
  if (fields === undefined || leaf === undefined || !isBindable(rule, fields))
    return 'is not a known query parameter';
  const [text] = texts;
  if (leaf.fieldKind === 'list') {
    const items = texts.map((one) => textToJson(leaf, one));
    return assign(json, fields, items) ? undefined : 'is given more than once';
  }
  if (text === undefined || texts.length > 1) return 'is given more than once';
  return assign(json, fields, textToJson(leaf, text)) ? undefined : 'is given more than once';
};

/** Fields that the body or the path binds, and whole messages and maps, cannot come from the query. */
export const isBindable = (rule: RestRule, fields: readonly DescField[]): boolean => {
  const path = fields.map(({ name }) => name).join('.');
  const leaf = fields.at(-1);
  if (rule.body === '*' || rule.body === fields[0]) return false;
  if (rule.template.variables.includes(path) || leaf?.fieldKind === 'map') return false;
  return leaf?.message === undefined || leaf.message.typeName.startsWith('google.protobuf.');
};

/**
 * All scalars but booleans may be JSON strings, and so may enum values; a wrong one is refused when it is
 * decoded.
 */
const textToJson = (field: DescField | undefined, text: string): JsonNode => {
  if (field?.enum !== undefined) return enumNumber.test(text) ? Number(text) : text;
  return isBoolean(field) && (text === 'true' || text === 'false') ? text === 'true' : text;
};

const enumNumber = /^-?\d{1,10}$/;

const isBoolean = (field: DescField | undefined): boolean =>
  field?.scalar === ScalarType.BOOL || field?.message?.typeName === 'google.protobuf.BoolValue';

/** Sets a nested value under proto names. Returns false when it was set already, under either name. */
const assign = (json: JsonRecord, fields: readonly DescField[], value: JsonNode): boolean => {
  const [field, ...rest] = fields;
  if (field === undefined) return false;
  const present = takePresent(json, field);
  if (rest.length === 0) {
    json[field.name] = present === givenTwice ? present : value;
    return present === undefined;
  }
  const nested: JsonRecord = isJsonObject(present) ? present : {};
  json[field.name] = present === givenTwice ? present : nested;
  return assign(nested, rest, value);
};

/** Takes the value under either name, or a mark when there are two. */
const takePresent = (json: JsonRecord, { name, jsonName }: DescField): JsonNode | undefined => {
  const [byName, byJsonName] = [json[name], jsonName === name ? undefined : json[jsonName]];
  if (jsonName !== name) Reflect.deleteProperty(json, jsonName);
  return byName !== undefined && byJsonName !== undefined ? givenTwice : (byName ?? byJsonName);
};
