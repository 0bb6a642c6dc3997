import { request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { noAnswer, type Answer } from './attack.ts';

export interface HttpCall {
  port: number;
  method: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array;
  /** The client goes after this, whatever it has got by then. Default: it waits for the end. */
  leaveAfterMs?: number;
  /** Of the answer only the status is read. */
  isDeaf?: boolean;
}

const limitMs = 20_000;

/** One request on a connection of its own, of which nothing is checked before it is sent. */
export const callHttp = (options: HttpCall): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port, method, path, headers = {}, body, leaveAfterMs, isDeaf = false } = options;
    const call = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers,
        agent: false,
        timeout: limitMs,
        // the answer to what has not been read to its end comes before that has been sent
        insecureHTTPParser: true,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        // once the client has gone, what it has got is the answer
        call.once('close', () => resolve({ status, text: '' }));
        if (isDeaf) return;
        text(response).then(
          (content) => resolve({ status, text: content }),
          () => resolve(leaveAfterMs === undefined ? noAnswer : { status, text: '' }),
        );
      },
    );
    call.on('error', () => resolve(noAnswer));
    call.on('timeout', () => {
      call.destroy();
      reject(new Error(`${method} ${path.slice(0, 80)} had no answer after ${limitMs} ms`));
    });
    call.end(body);
    if (leaveAfterMs !== undefined) setTimeout(() => call.destroy(), leaveAfterMs);
  });
