import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { trustHeaders, type Trust } from '#platform/cli/connection.ts';
import { FileFailure } from './file-failure.ts';
import type { ImportSource } from './import-source.ts';

// The server reports progress while it works, so a connection without any traffic is broken.
const idleMs = 120_000;

export interface SendOptions {
  url: string;
  trust: Trust;
  source: Pick<ImportSource, 'name' | 'read'>;
  /** Called with the bytes that were read so far. */
  sent: (bytes: number) => void;
}

/** The answer to a file, which begins while the file is still being sent. */
export interface FileAnswer {
  status: number;
  retryAfter: string | undefined;
  /** Throws when the connection breaks, and a FileFailure when the file cannot be read any more. */
  lines: AsyncGenerator<string>;
  /** Ends the sending and the connection. */
  close: () => void;
}

/**
 * Sends JSON Lines as fast as the server reads them and resolves when its answer begins. Rejects when there is none,
 * with a FileFailure when that is because the file cannot be read.
 */
export const sendFile = async (options: SendOptions): Promise<FileAnswer> => {
  const request = openRequest(options.url, options.trust);
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    // stays for the whole time: the answer itself reports a connection that breaks later
    request.on('error', reject);
  });
  const body = openBody(options, request);
  // A failure to read or to send is an error of the request, too. A server that refuses a file need not read all of it.
  pipeline(body.chunks, request).catch(() => undefined);
  const response = await answer.catch((error: unknown) => {
    throw body.failure() ?? error;
  });
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    lines: linesOf(response, body.failure),
    close: () => void request.destroy(),
  };
};

/** Reads the file until the request is closed, and keeps what went wrong with reading. */
const openBody = ({ source, sent }: SendOptions, request: ClientRequest) => {
  const body = source.read();
  // It is no part of the pipeline, which would give it the errors of the request.
  request.on('close', () => body.destroy());
  let failure: FileFailure | undefined;
  const chunks = async function* () {
    let bytes = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        sent(bytes);
        yield chunk;
      }
    } catch (error) {
      // After the end of the request the file was closed here.
      if (!request.destroyed) failure = new FileFailure(source.name, 'read', error);
      throw failure ?? error;
    }
  };
  return { chunks, failure: () => failure };
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

async function* linesOf(
  response: IncomingMessage,
  bodyFailure: () => FileFailure | undefined,
): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw bodyFailure() ?? error;
  }
  if (rest !== '') yield rest;
}
