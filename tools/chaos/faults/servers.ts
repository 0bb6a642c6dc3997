import type { Fault } from '../fault.ts';
import type { Rig } from '../rig.ts';

type Choose = (rig: Rig) => Rig['postgres'];

const broker: Choose = (rig) => rig.broker;
const postgres: Choose = (rig) => rig.postgres;

const killedBy = (choose: Choose, signal: NodeJS.Signals): Fault['run'] => {
  return async ({ rig }) => {
    const server = choose(rig);
    await server.kill(signal);
    await server.start();
  };
};

/** Stops the broker for so many seconds. */
export const brokerStopped: Fault['run'] = async ({ rig, pause }, seconds) => {
  await rig.broker.stop();
  try {
    await pause(seconds);
  } finally {
    await rig.broker.start();
  }
};

// a broker exits when its only disk fails
const diskLimitSeconds = 20;

export const serverFaults: readonly Fault[] = [
  {
    name: 'broker-stop',
    title: 'the broker stopped for 20 s',
    seconds: 20,
    isForRandom: true,
    run: brokerStopped,
  },
  {
    name: 'broker-kill',
    title: 'kill -9 of the broker',
    isForRandom: true,
    run: killedBy(broker, 'SIGKILL'),
  },
  {
    name: 'broker-disk',
    title: "the broker's disk full, then freed",
    missing: ({ brokerDisk }) =>
      brokerDisk ? undefined : 'a disk of its own for the broker needs the right to mount',
    run: async ({ rig, pause }) => {
      await rig.brokerDisk?.fill();
      await Promise.race([rig.broker.exited(), pause(diskLimitSeconds)]);
      await rig.broker.kill('SIGKILL');
      await rig.brokerDisk?.free();
      await rig.broker.start();
    },
  },
  {
    name: 'postgres-fast',
    title: 'Postgres restarted, fast shutdown (SIGINT)',
    isForRandom: true,
    run: killedBy(postgres, 'SIGINT'),
  },
  {
    name: 'postgres-immediate',
    title: 'Postgres restarted, immediate shutdown (SIGQUIT)',
    isForRandom: true,
    run: killedBy(postgres, 'SIGQUIT'),
  },
  {
    name: 'postgres-kill',
    title: 'kill -9 of Postgres',
    isForRandom: true,
    run: killedBy(postgres, 'SIGKILL'),
  },
];
