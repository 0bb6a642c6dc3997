import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The direction: from the client to the server, or back. */
export type Way = 'there' | 'back';

export interface RelayOptions {
  client: Socket;
  server: Socket;
  /** Called for each chunk and for the end of each direction: whether to drop it. */
  swallows: (way: Way) => boolean;
  delayMs: (way: Way) => number;
  /** Called when one of the two sockets has failed or is completely closed. */
  onBroken: () => void;
}

/** Forwards bytes in both directions, in order. */
export const relay = (options: RelayOptions): void => {
  const { client, server, onBroken } = options;
  pump(client, server, { ...options, way: 'there' });
  pump(server, client, { ...options, way: 'back' });
  for (const socket of [client, server]) {
    socket.on('error', onBroken);
    socket.on('close', onBroken);
  }
};

const pump = (from: Socket, to: Socket, options: RelayOptions & { way: Way }): void => {
  const { way, swallows, delayMs } = options;
  // a delayed chunk also delays those after it
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  const later = (ms: number, act: () => void) => {
    const due = sleep(ms, undefined, { ref: false });
    waiting += 1;
    last = last
      .then(() => due)
      .then(() => {
        waiting -= 1;
        act();
      });
  };
  const inTurn = (act: () => void) => {
    const ms = delayMs(way);
    if (ms > 0 || waiting > 0) later(ms, act);
    else act();
  };
  from.on('data', (bytes: Buffer) => {
    if (swallows(way)) return;
    inTurn(() => {
      if (to.destroyed || to.write(bytes)) return;
      from.pause();
      to.once('drain', () => from.resume());
    });
  });
  from.on('end', () => {
    if (!swallows(way)) inTurn(() => to.end());
  });
};
