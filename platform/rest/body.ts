import type { IncomingMessage } from 'node:http';
import { sendError } from '../http-answer.ts';
import { hasBody, readBody, type HttpExchange } from '../http-body.ts';
import type { RestRule } from './rules.ts';

/**
 * The body that a rule reads; undefined when the request was refused for it, which is answered. A body that no
 * rule asks for is read within the same limits and goes nowhere.
 */
export const receiveBody = async (
  rule: RestRule,
  exchange: HttpExchange,
  maxBytes: number,
): Promise<Buffer | undefined> => {
  const { request, response } = exchange;
  if (!hasBody(request)) return Buffer.alloc(0);
  if (rule.body !== undefined && !isPlainJson(request)) {
    const message = 'Send the body as content-type: application/json, without content-encoding.';
    sendError(response, { code: 415, reason: 'unsupported-media-type', message });
    return undefined;
  }
  const body = await readBody(exchange, maxBytes);
  if (body === undefined) {
    const message = `The body is larger than ${maxBytes} bytes.`;
    sendError(response, { code: 413, reason: 'body-too-large', message });
  }
  return rule.body === undefined && body !== undefined ? Buffer.alloc(0) : body;
};

const isPlainJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') &&
  (headers['content-encoding'] ?? 'identity') === 'identity';
