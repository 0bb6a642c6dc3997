import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpHandler } from './routes.ts';

// Clients that pipeline at all send a few dozen.
const mostWaiting = 100;

interface Turn {
  response: ServerResponse;
  /** How many requests of its connection come before it. */
  waiting: number;
}

/**
 * Handles the requests of a connection one after the other, even when a client pipelines them: requests
 * behind an answer that ends the connection are never carried out. A client that sends far too many ahead is
 * cut off.
 */
export const inTurn = (handle: HttpHandler): HttpHandler => {
  const last = new WeakMap<Socket, Turn>();
  return (request, response) => {
    const { socket } = request;
    const before = last.get(socket);
    const isFree = before === undefined || before.response.writableFinished;
    const waiting = isFree ? 0 : before.waiting + 1;
    last.set(socket, { response, waiting });
    const begin = () => {
      if (socket.writable) handle(request, response);
    };
    if (isFree) begin();
    else if (waiting > mostWaiting) socket.destroy();
    else before.response.once('close', begin);
  };
};
