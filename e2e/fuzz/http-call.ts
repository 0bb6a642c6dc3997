import { request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { noAnswer, type Answer } from './attack.ts';

export interface HttpCall {
  port: number;
  method: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array;
}

const limitMs = 20_000;

/** One request on a connection of its own, of which nothing is checked before it is sent. */
export const callHttp = ({ port, method, path, headers = {}, body }: HttpCall): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request(
      {
        ...{ host: '127.0.0.1', port, method, path, headers, agent: false, timeout: limitMs },
        // the answer to what has not been read to its end comes before that has been sent
        insecureHTTPParser: true,
      },
      (response) => {
        text(response).then(
          (content) => resolve({ status: response.statusCode ?? 0, text: content }),
          () => resolve(noAnswer),
        );
      },
    );
    call.on('error', () => resolve(noAnswer));
    call.on('timeout', () => {
      call.destroy();
      reject(new Error(`${method} ${path.slice(0, 80)} had no answer after ${limitMs} ms`));
    });
    call.end(body);
  });
