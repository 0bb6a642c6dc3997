import type { IncomingMessage } from 'node:http';
import { hasBody } from './body.ts';

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Answers 408 and ends the connection when a body has not arrived in time. For servers whose own limit is longer,
 * because some of their requests may take longer; `allowSlowBody` makes one of those.
 */
export const limitBody = (request: IncomingMessage, maxMs: number): void => {
  if (!hasBody(request)) return;
  const timer = setTimeout(() => refuse(request), maxMs);
  timers.set(request, timer);
  const finish = () => clearTimeout(timer);
  request.once('end', finish).once('close', finish);
};

/** The body of this request may take as long as the server allows. */
export const allowSlowBody = (request: IncomingMessage): void => clearTimeout(timers.get(request));

// as Node does for its own limit
const refuse = ({ socket }: IncomingMessage): void => {
  socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n', () => socket.destroy());
};
