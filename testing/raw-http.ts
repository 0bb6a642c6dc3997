import { connect, type Socket } from 'node:net';
import { waitFor } from './wait-for.ts';

/** A connection on which a test writes HTTP/1 by hand. */
export interface RawHttp {
  readonly socket: Socket;
  /** Everything received so far. */
  text(): string;
  /** Whether the other side has ended or cut the connection. */
  isClosed(): boolean;
  write(bytes: string | Uint8Array): void;
  /** Resolves with everything received once the other side has ended the connection. */
  untilClosed(): Promise<string>;
  until(pattern: RegExp): Promise<string>;
}

/** Opens a connection and collects what it receives, even when the connection is cut. */
export const openRawHttp = (port: number): RawHttp => {
  const received: Buffer[] = [];
  let closed = false;
  const close = () => (closed = true);
  const socket = connect(port, '127.0.0.1').on('data', (chunk) => received.push(chunk));
  socket.on('error', close).on('end', close).on('close', close);
  const text = () => Buffer.concat(received).toString('latin1');
  const wait = async (condition: () => boolean, what: string) => {
    const says = () =>
      new Error(`${what} timed out; what came: ${text().slice(0, 500) || 'nothing'}`);
    await waitFor(condition, { what, timeoutMs: 60_000, intervalMs: 5 }).catch(() => {
      throw says();
    });
    return text();
  };
  return {
    socket,
    text,
    isClosed: () => closed,
    write: (bytes) => void socket.write(bytes),
    untilClosed: () => wait(() => closed, 'waited for the end of the connection'),
    until: (pattern) => wait(() => pattern.test(text()), `waited for ${String(pattern)}`),
  };
};
