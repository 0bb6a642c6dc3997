import { once } from 'node:events';
import { connect } from 'node:net';
import type { Target } from './attack.ts';

const perBeginning = 20;
const beginnings = [
  '',
  'GET /stock/info?sku=1 HTTP/1.1\r\nhost: a\r\nx:',
  'POST /order/create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
  'POST /loms.v1.LomsService/OrderCreate HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];

/** Clients that begin a request and never end it, at both doors, new ones for those that are cut; until the signal aborts. */
export const holdSockets = async (target: Target, signal: AbortSignal): Promise<void> => {
  const hold = async (port: number, bytes: string): Promise<void> => {
    while (!signal.aborted) {
      const socket = connect({ port, host: '127.0.0.1', signal });
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close').catch(() => undefined);
    }
  };
  const ports = [target.httpPort, target.grpcPort];
  const all = ports.flatMap((port) => beginnings.map((bytes) => ({ port, bytes })));
  await Promise.all(
    all.flatMap(({ port, bytes }) => Array.from({ length: perBeginning }, () => hold(port, bytes))),
  );
};
