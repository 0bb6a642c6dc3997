import type { IncomingMessage, ServerResponse } from 'node:http';

export interface HttpExchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/**
 * Reads a body of up to `maxBytes`. Undefined, as soon as it is known to be larger: nothing of it is
 * kept or read any more, and the answer will end the connection. Rejects when the client goes away.
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
      // The rest of it is not read, so the connection cannot be used again.
      if (!response.headersSent) response.setHeader('connection', 'close');
      resolve(undefined);
    };
    const end = () => {
      finish();
      resolve(Buffer.concat(chunks, size));
    };
    const gone = () => {
      finish();
      reject(new Error('the client went away'));
    };
    if (lengthOf(request) > maxBytes) refuse();
    else if (request.readableEnded) end();
    else if (request.destroyed) gone();
    else {
      if (awaitsContinue(request)) response.writeContinue();
      request.on('data', take).on('end', end).on('error', gone).on('close', gone);
    }
  });

/** How much of an unread body is worth reading, so that its sender gets the answer. */
export interface DiscardLimits {
  maxBytes: number;
  maxMs: number;
}

/** Reads what is left of a body away. True when it came to its end within the limits. */
export const discardBody = (
  request: IncomingMessage,
  { maxBytes, maxMs }: DiscardLimits,
): Promise<boolean> =>
  new Promise((resolve) => {
    let size = 0;
    const finish = () => {
      clearTimeout(timer);
      request.off('data', count).off('end', finish).off('close', finish);
      // What has arrived must not be left in the way of the next request.
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

/** False when the headers say that no body follows. */
export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || lengthOf(request) > 0;

/** The client sends its body once it has been asked to continue, and not before. */
export const awaitsContinue = ({ headers, httpVersion }: IncomingMessage): boolean =>
  httpVersion === '1.1' && /(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect ?? '');

/** What the client says; 0 for a body whose length it does not say. */
export const lengthOf = ({ headers }: IncomingMessage): number =>
  Number(headers['content-length'] ?? 0);
