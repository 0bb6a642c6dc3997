import { connect, type Socket } from 'node:net';
import { noAnswer, type Answer } from './attack.ts';

export interface RawCall {
  port: number;
  /** Sent one after the other. */
  chunks: readonly Uint8Array[];
  /** What is done after that: wait for an end by the other side, end our side, or cut the connection. */
  then: 'wait' | 'end' | 'cut';
}

// Long enough for an answer; who is to be waited for longer is no matter of one attack.
const patienceMs = 300;

/** Writes bytes to a socket and gives the status of the first HTTP/1 answer, if one comes. */
export const callRaw = ({ port, chunks, then }: RawCall): Promise<Answer> =>
  new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answerOf(Buffer.concat(received)));
    };
    const timer = setTimeout(finish, patienceMs);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', finish).on('close', finish).on('end', finish);
    socket.on('connect', () => {
      for (const chunk of chunks) socket.write(chunk);
      leave(socket, then);
    });
  });

const leave = (socket: Socket, how: RawCall['then']): void => {
  if (how === 'end') socket.end();
  if (how === 'cut') socket.resetAndDestroy();
};

const answerOf = (bytes: Buffer): Answer => {
  const text = bytes.toString('latin1');
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
  return status === undefined ? noAnswer : { status: Number(status), text };
};
