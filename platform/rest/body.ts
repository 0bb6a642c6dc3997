import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from '../http-answer.ts';
import { readAway, readBody } from '../http-body.ts';
import type { RestRule } from './rules.ts';

/** The body that a rule reads; undefined when the request was refused for it, which is answered. */
export const receiveBody = async (
  rule: RestRule,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  maxBytes: number,
): Promise<Buffer | undefined> => {
  if (rule.body === undefined) {
    request.resume();
    return Buffer.alloc(0);
  }
  if (hasBody(request) && !isPlainJson(request)) {
    const message = 'Send the body as content-type: application/json, without content-encoding.';
    await readAway({ request, response }, maxBytes);
    sendError(response, { code: 415, reason: 'unsupported-media-type', message });
    return undefined;
  }
  const body = await readBody(request, maxBytes);
  if (body === undefined) {
    const message = `The body is larger than ${maxBytes} bytes.`;
    // the rest of it will not be read, so the connection cannot be used again
    response.setHeader('connection', 'close');
    sendError(response, { code: 413, reason: 'body-too-large', message });
  }
  return body;
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const isPlainJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') &&
  (headers['content-encoding'] ?? 'identity') === 'identity';
