import type { IncomingMessage, ServerResponse } from 'node:http';

export interface HttpExchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/**
 * Reads a body of up to `maxBytes`. Resolves with undefined as soon as the body is known to be larger:
 * nothing of it is kept or read any more, and the answer will end the connection. Rejects when the client
 * goes away.
 */
export const readBody = (
  { request, response }: HttpExchange,
  maxBytes: number,
): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = () => {
      request.off('data', take).off('end', end).off('error', gone).off('close', gone);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) refuse();
      else chunks.push(chunk);
    };
    const refuse = () => {
      finish();
      request.pause();
      // The remainder is not read, so the connection cannot be used again.
      if (!response.headersSent) response.setHeader('connection', 'close');
      resolve(undefined);
    };
    const end = () => {
      finish();
      resolve(Buffer.concat(chunks, size));
    };
    const gone = () => {
      finish();
      reject(new Error('the client has disconnected'));
    };
    if (lengthOf(request) > maxBytes) refuse();
    else if (request.readableEnded) end();
    else if (request.destroyed) gone();
    else {
      if (awaitsContinue(request)) response.writeContinue();
      request.on('data', take).on('end', end).on('error', gone).on('close', gone);
    }
  });

/** How much of an unread body is worth reading so that its sender gets the answer. */
export interface DiscardLimits {
  maxBytes: number;
  maxMs: number;
}

/** Reads and discards the remainder of a body. Returns true when it ended within the limits. */
export const discardBody = (
  request: IncomingMessage,
  { maxBytes, maxMs }: DiscardLimits,
): Promise<boolean> =>
  new Promise((resolve) => {
    let size = 0;
    const finish = () => {
      clearTimeout(timer);
      request.off('data', count).off('end', finish).off('close', finish);
      // Bytes that have arrived must not remain in front of the next request.
      if (request.complete) request.resume();
      else request.pause();
      resolve(request.complete);
    };
    const count = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) finish();
    };
    const timer = setTimeout(finish, maxMs);
    if (request.readableEnded || request.destroyed) finish();
    else request.on('data', count).on('end', finish).on('close', finish).resume();
  });

/** Returns false when the headers say that there is no body. */
export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || lengthOf(request) > 0;

/** Whether the client sends its body only after it was asked to continue. */
export const awaitsContinue = ({ headers, httpVersion }: IncomingMessage): boolean =>
  httpVersion === '1.1' && /(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect ?? '');

/** The length that the client states; 0 when it states none. */
export const lengthOf = ({ headers }: IncomingMessage): number =>
  Number(headers['content-length'] ?? 0);
