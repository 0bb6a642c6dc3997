import {
  create,
  toJson,
  type DescMessage,
  type DescMethod,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { decodeJson } from '#platform/proto/json/decode.ts';
import type { AnswerCheck } from '../openapi/answer-check.ts';
import type { Outcome, RpcClient } from '../rpc-clients.ts';

/**
 * A service's REST contract, written down independently: derived from the annotations it would be right by
 * definition.
 */
export interface RestContract {
  /** Method and path by RPC, e.g. `POST /orders/{order_id}/pay`. */
  paths: Readonly<Record<string, string>>;
  /** By RPC, the field that is returned as the answer, where the answer is not the whole message. */
  answerFields?: Readonly<Record<string, string>>;
  /** Encodes a request. The default is protobuf's JSON with proto names. */
  toJson?: (request: object) => JsonObject;
}

export interface RestClientOptions extends RestContract {
  port: number;
  /** Called with every answer. */
  check: AnswerCheck;
}

interface RestRefusal {
  code: number;
  message: string;
  reason: string;
  /** Instead of all others, where the contract nests them. */
  error?: { code: string; message: string };
  metadata?: Record<string, string>;
  field_violations?: { field: string; description: string }[];
}

/** Creates a client that calls a service as a REST client does. Outcome codes are HTTP statuses. */
export const createRestClient = (options: RestClientOptions): RpcClient => ({
  call: async (method, request, { headers = {}, signal } = {}) => {
    const { path, ...init } = requestOf(options, method, request);
    const response = await fetch(`http://127.0.0.1:${options.port}${path}`, {
      ...init,
      headers: { ...headers, ...init.headers },
      signal: signal ?? null,
    });
    const { status } = response;
    const body = (status === 204 ? {} : await response.json()) as JsonValue;
    options.check({ verb: init.method, path: path.replace(/[?].*/, ''), status, body });
    if (!response.ok) return refusal(status, body as unknown as RestRefusal);
    const field = options.answerFields?.[method.name];
    const json = field === undefined ? body : { [field]: body };
    const reading = { unknownFields: 'refuse', enumStyle: 'short' } as const;
    return { code: String(status), answer: decodeJson(method.output, json, reading) };
  },
  close: () => undefined,
});

const requestOf = (contract: RestContract, method: DescMethod, request: object) => {
  const [verb = '', template = ''] = contract.paths[method.name]?.split(' ') ?? [];
  const json = contract.toJson?.(request) ?? toProtoJson(method, request);
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = json[name];
    Reflect.deleteProperty(json, name);
    return encodeURIComponent(toText(value));
  });
  if (verb === 'GET') return { method: verb, path: `${path}?${toQuery(json).toString()}` };
  const headers = { 'content-type': 'application/json' };
  return { path, method: verb, headers, body: JSON.stringify(json) };
};

const toText = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const toProtoJson = (method: DescMethod, request: object): JsonObject =>
  toJson(method.input, create(method.input, request as MessageInitShape<DescMessage>), {
    useProtoFieldName: true,
  }) as JsonObject;

/** Writes nested fields by their path, and lists by repetition. */
const toQuery = (json: JsonObject, prefix = ''): URLSearchParams => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(json)) {
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isNested) toQuery(value, `${prefix}${name}.`).forEach((v, k) => query.append(k, v));
    else [value].flat().forEach((one) => query.append(prefix + name, toText(one)));
  }
  return query;
};

const refusal = (status: number, body: RestRefusal): Outcome => {
  if (body.error !== undefined)
    return { code: String(status), message: body.error.message, reason: body.error.code };
  if (body.code !== status) throw new Error(`The body says ${body.code}, the status ${status}.`);
  const { message, reason, metadata, field_violations: violations } = body;
  return {
    code: String(status),
    message,
    reason,
    ...(metadata && { metadata }),
    ...(violations && { violations }),
  };
};
