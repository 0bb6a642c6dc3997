import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import type { AnswerCheck } from '../openapi/answer-check.ts';
import type { Outcome, RpcClient } from '../../platform/testing/rpc-clients.ts';

// The contract's paths, written down again: read from the annotations they would be right by definition.
const paths: Record<string, string> = {
  OrderCreate: 'POST /order/create',
  OrderInfo: 'GET /order/info',
  OrderPay: 'POST /order/pay',
  OrderCancel: 'POST /order/cancel',
  StocksInfo: 'GET /stock/info',
};

interface RestRefusal {
  code: number;
  message: string;
  reason: string;
  metadata?: Record<string, string>;
  field_violations?: { field: string; description: string }[];
}

/**
 * Calls loms as a REST client would: proto names, integers as JSON numbers. The code is the HTTP status.
 * `check` sees every answer.
 */
export const createRestClient = (port: number, check: AnswerCheck): RpcClient => ({
  call: async (method, request, { headers = {}, signal } = {}) => {
    const { path, ...init } = requestOf(method.name, toJson(request) as Record<string, string>);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { ...headers, ...init.headers },
      signal: signal ?? null,
    });
    const body = (await response.json()) as JsonValue;
    check({ verb: init.method, path: path.replace(/[?].*/, ''), status: response.status, body });
    if (response.ok) return { code: '200', answer: fromJson(method.output, body) };
    return refusal(response.status, body as unknown as RestRefusal);
  },
  close: () => undefined,
});

const requestOf = (rpc: string, json: Record<string, string>) => {
  const [verb, path = ''] = paths[rpc]?.split(' ') ?? [];
  if (verb === 'GET')
    return { method: verb, path: `${path}?${new URLSearchParams(json).toString()}` };
  const headers = { 'content-type': 'application/json' };
  return { path, method: 'POST', headers, body: JSON.stringify(json) };
};

const refusal = (status: number, body: RestRefusal): Outcome => {
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

const toJson = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [snake(key), toJson(one)]));
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
