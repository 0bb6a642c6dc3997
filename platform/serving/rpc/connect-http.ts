import { Code, ConnectError, createContextKey, createContextValues } from '@connectrpc/connect';
import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from '@connectrpc/connect/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendPiece, sendWhole } from '../http/answer.ts';
import { readBody, type HttpExchange } from '../http/body.ts';
import { asText, textLength } from './grpc-web-text.ts';

/*
 * Connects node:http with Connect's handlers. Connect's own adapter does more: for a small call that would be
 * a third of the cost (a chain of async generators per body, two writes per answer, and an abort with its
 * DOMException after every answer), and a body that is not read to its end keeps the connection open.
 */

// A message of a stream or of gRPC-Web is prefixed with its length; Connect checks the message itself.
const envelopeBytes = 5;

export interface ConnectCall {
  handler: UniversalHandlerFn;
  maxMessageBytes: number;
  /** The message is in gRPC-Web's text mode, and so is the answer. */
  isText: boolean;
}

/** Gives a call access to the response, and so to the connection that it came on. */
export const responseKey = createContextKey<ServerResponse | undefined>(undefined);

/** Reads the one message of a request, has it handled and sends the answer in one write. */
export const answerUnary = async (exchange: HttpExchange, call: ConnectCall): Promise<void> =>
  answerWhole(exchange.response, await handle(exchange, call));

const handle = (exchange: HttpExchange, call: ConnectCall): Promise<UniversalServerResponse> => {
  const handler = call.isText ? asText(call.handler) : call.handler;
  return handler(toUniversalRequest(exchange, call));
};

/**
 * Reads the one message of a request, has it handled and sends the answers, each when the previous one was
 * written.
 */
export const answerStream = async (exchange: HttpExchange, call: ConnectCall): Promise<void> => {
  const { request, response } = exchange;
  const answer = await handle(exchange, call);
  // The request was refused unread, with a short answer.
  if (!request.complete) return answerWhole(response, answer);
  response.statusCode = answer.status;
  if (answer.header !== undefined) response.setHeaders(answer.header);
  for await (const piece of answer.body ?? []) await sendPiece(response, piece);
  if (!response.destroyed) response.end();
};

const answerWhole = async (
  response: ServerResponse,
  { status, header, body }: UniversalServerResponse,
): Promise<void> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of body ?? []) pieces.push(piece);
  if (response.destroyed) return;
  if (header !== undefined) response.setHeaders(header);
  const [first] = pieces;
  const isOne = pieces.length === 1 && first !== undefined;
  sendWhole(response, { status, body: isOne ? first : Buffer.concat(pieces) });
};

/** The signal aborts when the client goes away before the answer is sent. */
const toUniversalRequest = (
  exchange: HttpExchange,
  { maxMessageBytes, isText }: ConnectCall,
): UniversalServerRequest => {
  const { request, response } = exchange;
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const { httpVersion, method = '', url = '' } = request;
  return {
    httpVersion,
    method,
    // handlers read the query only
    url: `http://localhost${url}`,
    header: toHeaders(request),
    body: inOnePiece(() => readMessage(exchange, { maxMessageBytes, isText })),
    signal: gone.signal,
    contextValues: createContextValues().set(responseKey, response),
  };
};

const toHeaders = ({ headers }: IncomingMessage): Headers => {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) for (const one of value) result.append(name, one);
    else if (value !== undefined) result.set(name, value);
  }
  return result;
};

const readMessage = async (
  exchange: HttpExchange,
  { maxMessageBytes, isText }: Pick<ConnectCall, 'maxMessageBytes' | 'isText'>,
): Promise<Uint8Array> => {
  const most = maxMessageBytes + envelopeBytes;
  const body = await readBody(exchange, isText ? textLength(most) : most);
  if (body !== undefined) return body;
  const message = `the message is larger than ${maxMessageBytes} bytes`;
  throw new ConnectError(message, Code.ResourceExhausted);
};

/** Reads nothing until it is iterated. */
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
