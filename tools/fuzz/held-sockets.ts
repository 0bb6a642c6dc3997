import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { sleep } from '#platform/base/sleep.ts';
import type { Target } from './attack.ts';

const perBeginning = 20;
const beginnings = [
  '',
  'GET /stock/info?sku=1 HTTP/1.1\r\nhost: a\r\nx:',
  'POST /order/create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
  'POST /loms.v1.LomsService/OrderCreate HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];

// The pause before a connection that was cut is opened again, so that this holds sockets and does not flood.
const pauseMs = 500;

/**
 * Holds connections at both servers with requests that are begun and never completed. Each connection that is cut is
 * replaced, until the signal aborts.
 */
export const holdSockets = async (target: Target, signal: AbortSignal): Promise<void> => {
  const held = new Set<Socket>();
  const hold = async (port: number, bytes: string): Promise<void> => {
    while (!signal.aborted) {
      const socket = connect({ port, host: '127.0.0.1' });
      held.add(socket);
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close').catch(() => undefined);
      held.delete(socket);
      await sleep(pauseMs, signal);
    }
  };
  // One listener for all sockets: adding one to a signal takes longer the more it has.
  signal.addEventListener('abort', () => held.forEach((socket) => socket.destroy()));
  const ports = [target.httpPort, target.grpcPort];
  const all = ports.flatMap((port) => beginnings.map((bytes) => ({ port, bytes })));
  await Promise.all(
    all.flatMap(({ port, bytes }) => Array.from({ length: perBeginning }, () => hold(port, bytes))),
  );
};
