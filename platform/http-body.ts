import type { IncomingMessage, ServerResponse } from 'node:http';

/** Reads a body up to `maxBytes`. Undefined when it is larger; rejects when the client goes away. */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        request.pause();
        resolve(undefined);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks, size)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client went away')));
  });

/**
 * For an answer to a request whose body nobody read: reads up to `maxBytes` of it away. A connection that
 * is ended with bytes unread is reset, and the client sees that instead of the answer. What is longer, the
 * answer ends the connection.
 */
export const readAway = async (
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  maxBytes: number,
): Promise<void> => {
  if (request.complete) return;
  const body = await readBody(request, maxBytes).catch(() => undefined);
  if (body === undefined) response.setHeader('connection', 'close');
};
