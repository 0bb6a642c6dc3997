import { anHourAhead } from '../fake-clock.ts';
import type { Fault } from '../fault.ts';
import type { Rig } from '../rig.ts';

type Choose = (rig: Rig) => Rig['loms'];

const firstPublisher: Choose = ({ publishers }) => publishers[0] as Rig['loms'];
const loms: Choose = (rig) => rig.loms;

const killed = (choose: Choose): Fault['run'] => {
  return async ({ rig }) => {
    const part = choose(rig);
    await part.kill();
    part.start();
  };
};

const frozen = (choose: Choose): Fault['run'] => {
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

/** Runs it with other settings for a time, then as usual again. */
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

export const processFaults: readonly Fault[] = [
  {
    name: 'publisher-kill',
    title: 'kill -9 of a publisher, ten times',
    run: async ({ rig, pause }) => {
      for (let round = 0; round < 10; round += 1) {
        const publisher = rig.publishers[round % 2] as Rig['loms'];
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
    run: killed(firstPublisher),
  },
  {
    name: 'publisher-freeze',
    title: 'a publisher stopped (SIGSTOP) beyond its lease, then continued',
    isForRandom: true,
    seconds: 8,
    run: frozen(firstPublisher),
  },
  {
    name: 'loms-freeze',
    title: 'loms stopped (SIGSTOP) in the middle of requests, then continued',
    isForRandom: true,
    seconds: 5,
    run: frozen(loms),
  },
  {
    name: 'notifier-kill',
    title: 'kill -9 of each notifier in turn',
    isForRandom: true,
    seconds: 2,
    run: async ({ rig, pause }, seconds) => {
      for (const notifier of rig.notifiers) {
        await notifier.kill();
        notifier.start();
        await pause(seconds);
      }
    },
  },
  { name: 'loms-kill', title: 'kill -9 of loms', isForRandom: true, run: killed(loms) },
  {
    name: 'publisher-clock',
    title: "one publisher's clock an hour ahead",
    seconds: 8,
    missing: () => (anHourAhead() === undefined ? 'faketime is not installed' : undefined),
    run: changed(() => anHourAhead() ?? {}),
  },
  {
    name: 'publisher-chaos',
    title: 'a fifth of the steps of one publisher fail (OUTBOX_CHAOS=0.2)',
    seconds: 15,
    isForRandom: true,
    run: changed(() => ({ OUTBOX_CHAOS: '0.2' })),
  },
];
