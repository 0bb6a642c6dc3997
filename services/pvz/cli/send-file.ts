import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { trustHeaders, type Trust } from '#platform/cli/connection.ts';

// The server reports progress while it works, so a connection without any traffic is broken.
const idleMs = 120_000;

export interface SendOptions {
  url: string;
  trust: Trust;
  body: Readable;
  /** Called with the bytes that were read so far. */
  sent: (bytes: number) => void;
}

/** The answer to a file, which begins while the file is still being sent. */
export interface FileAnswer {
  status: number;
  retryAfter: string | undefined;
  /** Throws when the connection breaks. */
  lines: AsyncGenerator<string>;
  /** Ends the sending and the connection. */
  close: () => void;
}

/**
 * Sends JSON Lines as fast as the server reads them and resolves when its answer begins. Rejects when there is none.
 */
export const sendFile = async ({ url, trust, body, sent }: SendOptions): Promise<FileAnswer> => {
  const request = openRequest(url, trust);
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    // stays for the whole time: the answer itself reports a connection that breaks later
    request.on('error', reject);
  });
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      sent(bytes);
      yield chunk;
    }
  };
  // A failure to read or to send is an error of the request, too. A server that refuses a file need not read all of it.
  pipeline(body, count, request).catch(() => undefined);
  const response = await answer;
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    lines: linesOf(response),
    close: () => {
      body.destroy();
      request.destroy();
    },
  };
};

const openRequest = (url: string, trust: Trust): ClientRequest => {
  const target = new URL('/orders/import', url);
  const headers = { 'content-type': 'application/x-ndjson', ...trustHeaders(trust) };
  const request =
    target.protocol === 'https:'
      ? httpsRequest(target, { method: 'POST', headers, ...(trust.ca ? { ca: trust.ca } : {}) })
      : httpRequest(target, { method: 'POST', headers });
  return request.setTimeout(idleMs, () => {
    request.destroy(new Error(`nothing was sent or received for ${idleMs / 1_000} s`));
  });
};

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
