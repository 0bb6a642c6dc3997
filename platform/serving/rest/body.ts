import type { IncomingMessage } from 'node:http';
import { isUtf8, parseContentType } from '../content-type.ts';
import { sendError } from '../http/answer.ts';
import { hasBody, readBody, type HttpExchange } from '../http/body.ts';
import type { RpcLimits } from '../rpc/limits.ts';
import type { RestOptions } from './options.ts';
import type { RestRule } from './rules.ts';
import { shapeError } from './status.ts';

export interface ReceiveOptions {
  limits: RpcLimits;
  rest: RestOptions;
  /** Whether JSON Lines are read here, too. */
  readsLines: boolean;
}

/**
 * Reads the body that a rule needs; undefined when the request was refused because of it, and answered. A
 * body that no rule needs is read within the same limits and discarded.
 */
export const receiveBody = async (
  rule: RestRule,
  exchange: HttpExchange,
  { limits: { maxMessageBytes: maxBytes }, rest, readsLines }: ReceiveOptions,
): Promise<Buffer | undefined> => {
  const { request, response } = exchange;
  if (!hasBody(request)) return Buffer.alloc(0);
  const fault = rule.body === undefined ? undefined : faultOfType(request, readsLines);
  if (fault !== undefined) {
    response.setHeader('accept', 'application/json').setHeader('accept-encoding', 'identity');
    const body = { code: 415, reason: 'unsupported-media-type', message: fault };
    sendError(response, shapeError(body, rest));
    return undefined;
  }
  const body = await readBody(exchange, maxBytes);
  if (body === undefined) {
    const message = `The body is larger than ${maxBytes} bytes.`;
    sendError(response, shapeError({ code: 413, reason: 'body-too-large', message }, rest));
  }
  return rule.body === undefined && body !== undefined ? Buffer.alloc(0) : body;
};

const faultOfType = (request: IncomingMessage, readsLines: boolean): string | undefined => {
  const contentType = parseContentType(request.headers['content-type'] ?? '');
  const types = readsLines ? 'application/json or application/x-ndjson' : 'application/json';
  if (contentType?.type !== 'application/json' || !isUncompressed(request))
    return `Send the body as content-type: ${types}, without content-encoding.`;
  return isUtf8(contentType) ? undefined : 'Send the body in UTF-8; another charset is not read.';
};

/** Whether the body is sent as it is: another content-encoding is not read. */
export const isUncompressed = ({ headers }: IncomingMessage): boolean =>
  /^[ \t]*identity[ \t]*$/i.test(headers['content-encoding'] ?? 'identity');
