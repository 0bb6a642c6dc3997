import { Code, ConnectError } from '@connectrpc/connect';
import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from '@connectrpc/connect/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAway, readBody } from '../http-body.ts';

/*
 * Between node:http and Connect's handlers, for unary calls. Connect's own way suits streams as well; of a
 * small call it would be a third: a chain of async generators a body, two writes an answer, and an abort,
 * with its DOMException, after every answer.
 */

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** Reads a unary request of up to `maxBytes`, has it handled and sends the answer in one write. */
export const answerUnary = async (
  handler: UniversalHandlerFn,
  exchange: Exchange,
  maxBytes: number,
): Promise<void> => {
  const answer = await handler(toUniversalRequest(exchange, maxBytes));
  await readAway(exchange, maxBytes);
  await send(answer, exchange.response);
};

/** Its signal aborts when the client goes away before the answer is out. */
const toUniversalRequest = (
  { request, response }: Exchange,
  maxBytes: number,
): UniversalServerRequest => {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const { httpVersion, method = '', url = '' } = request;
  return {
    ...{ httpVersion, method },
    // handlers look at the query only
    url: `http://localhost${url}`,
    header: toHeaders(request),
    body: inOnePiece(() => readMessage(request, maxBytes)),
    signal: gone.signal,
  };
};

const send = async (
  { status, header, body }: UniversalServerResponse,
  response: ServerResponse,
): Promise<void> => {
  const pieces: Uint8Array[] = [];
  if (body !== undefined) for await (const piece of body) pieces.push(piece);
  response.statusCode = status;
  if (header !== undefined) response.setHeaders(header);
  response.end(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
};

const toHeaders = ({ headers }: IncomingMessage): Headers => {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) for (const one of value) result.append(name, one);
    else if (value !== undefined) result.set(name, value);
  }
  return result;
};

const readMessage = async (request: IncomingMessage, maxBytes: number): Promise<Uint8Array> => {
  const body = await readBody(request, maxBytes);
  if (body !== undefined) return body;
  throw new ConnectError(`the message is larger than ${maxBytes} bytes`, Code.ResourceExhausted);
};

/** Reads nothing until it is asked for. */
const inOnePiece = (read: () => Promise<Uint8Array>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => {
    let isRead = false;
    return {
      next: async () => {
        if (isRead) return { done: true, value: undefined };
        isRead = true;
        return { done: false, value: await read() };
      },
    };
  },
});
