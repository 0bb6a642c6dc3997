import { anHourAhead } from '../fake-clock.ts';
import type { Fault } from '../fault.ts';
import type { Part } from '../../../testing/engines/part.ts';
import type { Rig } from '../rig.ts';

type Choose<R extends Rig> = (rig: R) => Part;

const firstPublisher: Choose<Rig> = ({ publishers }) => publishers[0] as Part;

/** Kills each process in turn with SIGKILL, so many seconds apart, and restarts each at once. */
export const killedInTurn = <R extends Rig>(
  choose: (rig: R) => readonly Part[],
): Fault<R>['run'] => {
  return async ({ rig, pause }, seconds) => {
    for (const part of choose(rig)) {
      await part.kill();
      part.start();
      await pause(seconds);
    }
  };
};

/** Sends SIGSTOP, and SIGCONT after the given time. */
export const frozen = <R extends Rig>(choose: Choose<R>): Fault<R>['run'] => {
  return async ({ rig, pause }, seconds) => {
    const part = choose(rig);
    part.signal('SIGSTOP');
    try {
      await pause(seconds);
    } finally {
      part.signal('SIGCONT');
    }
  };
};

/** Restarts the process with other settings, and later with the usual ones again. */
const changed = (env: () => Readonly<Record<string, string>>): Fault['run'] => {
  return async ({ rig, pause }, seconds) => {
    const part = firstPublisher(rig);
    await part.kill();
    part.start(env());
    await pause(seconds);
    await part.kill();
    part.start();
  };
};

export const publisherFaults: readonly Fault[] = [
  {
    name: 'publisher-kill',
    title: 'kill -9 of a publisher, ten times',
    run: async ({ rig, pause }) => {
      for (let round = 0; round < 10; round += 1) {
        const publisher = rig.publishers[round % 2] as Part;
        await publisher.kill();
        publisher.start();
        await pause(1);
      }
    },
  },
  {
    name: 'publisher-kill-once',
    title: 'kill -9 of a publisher',
    isForRandom: true,
    run: killedInTurn((rig) => [firstPublisher(rig)]),
  },
  {
    name: 'publisher-freeze',
    title: 'a publisher stopped (SIGSTOP) beyond its lease, then continued',
    isForRandom: true,
    seconds: 8,
    run: frozen(firstPublisher),
  },
  {
    name: 'publisher-clock',
    title: "one publisher's clock an hour ahead",
    seconds: 8,
    run: changed(anHourAhead),
  },
  {
    name: 'publisher-chaos',
    title:
      'a fifth of the sends and of the statements of one publisher fail (OUTBOX_CHAOS=0.2, OUTBOX_CHAOS_STATEMENTS=0.2)',
    seconds: 15,
    isForRandom: true,
    run: changed(() => ({ OUTBOX_CHAOS: '0.2', OUTBOX_CHAOS_STATEMENTS: '0.2' })),
  },
];
