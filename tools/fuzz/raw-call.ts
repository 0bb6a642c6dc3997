import { connect, type Socket } from 'node:net';
import { noAnswer, type Answer } from './attack.ts';

export interface RawCall {
  port: number;
  /** The chunks are written one after the other. */
  chunks: readonly Uint8Array[];
  /** What happens afterwards: wait for the other side to end, end our side, or cut the connection. */
  then: 'wait' | 'end' | 'cut';
}

// This is long enough for an answer; an attack does not wait for slower ones.
const patienceMs = 300;

/** Writes bytes to a socket and returns the status of the first HTTP/1 answer, if there is one. */
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
