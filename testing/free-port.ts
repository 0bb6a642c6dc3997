import { randomInt } from 'node:crypto';
import { isPortFree } from '../deploy/local/port-free.ts';

// Below the range from which the system serves outgoing connections: one of those cannot take the port
// between our look and its use. Of the tests that run side by side each looks in a range of its own, so that
// none finds a port free that another is about to use.
const ranges = 4;
const ports = 3_000;
const range = Number(process.env['JEST_WORKER_ID'] ?? 0) % ranges;
const lowest = 20_000 + range * ports;
const highest = lowest + ports;

// By this process; what has been given may not be in use yet.
const given = new Set<number>();

/** Finds a port on 127.0.0.1 that nobody listens on at the moment; never the same one twice. */
export const findFreePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port found between ${lowest} and ${highest}`);
};
