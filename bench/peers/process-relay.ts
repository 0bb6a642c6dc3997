import type { TestProcess } from '../../testing/engines/process.ts';
import type { Relay } from './peer.ts';

/** Creates a relay that is a process and stores nothing outside the database. */
export const createProcessRelay = (launch: () => Promise<TestProcess>): Relay => {
  let running: TestProcess | undefined;
  const stop = async () => {
    await running?.stop();
    running = undefined;
  };
  return {
    start: async () => {
      running ??= await launch();
    },
    pause: stop,
    kill: async () => {
      running?.kill('SIGKILL');
      await running?.exit;
      running = undefined;
    },
    pid: () => {
      if (!running) throw new Error('The relay does not run.');
      return running.pid;
    },
    close: stop,
  };
};
