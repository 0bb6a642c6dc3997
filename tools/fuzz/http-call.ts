import { request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { noAnswer, type Answer } from './attack.ts';

export interface HttpCall {
  port: number;
  method: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array;
  /** The client disconnects after so many milliseconds, whatever it has received. Default: it waits for the end. */
  leaveAfterMs?: number;
  /** Read only the status of the answer. */
  isDeaf?: boolean;
}

const limitMs = 20_000;

/** Sends one request on a connection of its own, without checking it first. */
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
        // The server may answer before the request has been sent completely, which the strict parser refuses.
        insecureHTTPParser: true,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        // after the client has disconnected, whatever it has received is the answer
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
