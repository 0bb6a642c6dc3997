import { randomInt } from 'node:crypto';
import { isPortFree } from '../deploy/local/port-free.ts';

// The ranges lie below that of ephemeral ports: an outgoing connection cannot take the port between this check and
// its use. Each test worker searches a range of its own, so that no two of them choose the same port.
const ranges = 4;
const ports = 3_000;
const range = Number(process.env['JEST_WORKER_ID'] ?? 0) % ranges;
const lowest = 20_000 + range * ports;
const highest = lowest + ports;

// The ports that this process has handed out; they may not be in use yet.
const given = new Set<number>();

/** Finds a port on 127.0.0.1 that nobody listens on at the moment. It never returns the same port twice. */
export const findFreePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port found between ${lowest} and ${highest}`);
};
