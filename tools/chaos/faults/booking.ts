import { findUnderWay } from '../../../testing/booking/find-faults.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { listStuck } from '../booking/clients.ts';
import type { BookingRig } from '../booking/rig.ts';
import type { Fault, Scene } from '../fault.ts';
import type { Part } from '../../../testing/engines/part.ts';
import { breakConnections } from './network.ts';
import { frozen, killedInTurn } from './processes.ts';
import { brokerStopped } from './servers.ts';

type Choose = (rig: BookingRig) => readonly Part[];
type Run = Fault<BookingRig>['run'];

const services: Readonly<Record<string, Choose>> = {
  booking: ({ bookings }) => bookings,
  payment: ({ payments }) => payments,
  ticket: ({ tickets }) => tickets,
};

const kill = (service: string, choose: Choose): Fault<BookingRig> => ({
  name: `${service}-kill`,
  title: `kill -9 of ${service}, each replica in turn`,
  isForRandom: true,
  seconds: 2,
  run: killedInTurn(choose),
});

const freeze = (service: string, choose: Choose): Fault<BookingRig> => ({
  name: `${service}-freeze`,
  title: `a replica of ${service} stopped (SIGSTOP) beyond its session, then continued`,
  isForRandom: true,
  seconds: 12,
  run: frozen((rig) => choose(rig)[0] as Part),
});

/** Stops all replicas of a service, and continues them after `meanwhile`. */
const whileAllAreFrozen = async (
  parts: readonly Part[],
  meanwhile: () => Promise<unknown>,
): Promise<void> => {
  for (const part of parts) part.signal('SIGSTOP');
  try {
    await meanwhile();
  } finally {
    for (const part of parts) part.signal('SIGCONT');
  }
};

const allFrozen =
  (choose: Choose): Run =>
  ({ rig, pause }, seconds) =>
    whileAllAreFrozen(choose(rig), () => pause(seconds));

const restarted = async (parts: readonly Part[], env?: Record<string, string>): Promise<void> => {
  for (const part of parts) {
    await part.kill();
    part.start(env);
  }
};

/** Has sagas taken back after a second while a fault lasts. */
const timedOut = (name: string, words: string, run: Run): Fault<BookingRig> => ({
  name: `saga-timeout-${name}`,
  title: `sagas time out: ${words}`,
  isForRandom: true,
  seconds: 6,
  run: async (scene, seconds) => {
    const { bookings } = scene.rig;
    await restarted(bookings, { SAGA_TIMEOUT: '1s', SAGA_ON_TIMEOUT: 'compensate' });
    try {
      // until the load is on again
      await scene.pause(2);
      await run(scene, seconds);
    } finally {
      await restarted(bookings);
    }
  },
});

/** Resolves when booking lists stuck orders, and each of them with what is missing by the tables. */
const untilListed = async ({ bookings, query }: BookingRig): Promise<void> => {
  const isRight = async () => {
    const listed = await listStuck(bookings[0]?.url ?? '');
    const truth = new Map((await findUnderWay(query)).map((each) => [each.orderId, each]));
    const isTrue = ({ orderId, missing }: (typeof listed)[number]) =>
      missing.join() === truth.get(orderId)?.missing.join();
    return listed.length > 0 && listed.every(isTrue);
  };
  await waitFor(isRight, { what: 'stuck orders to be listed with what is missing' });
};

/** Faults of the services of the saga and of Redis. */
export const bookingFaults: readonly Fault<BookingRig>[] = [
  ...Object.entries(services).map(([service, choose]) => kill(service, choose)),
  ...Object.entries(services).map(([service, choose]) => freeze(service, choose)),
  timedOut(
    'payment',
    'payment stopped (SIGSTOP), all of it',
    allFrozen(({ payments }) => payments),
  ),
  timedOut(
    'ticket',
    'ticket stopped (SIGSTOP), all of it',
    allFrozen(({ tickets }) => tickets),
  ),
  timedOut('broker', 'the broker stopped', (scene: Scene<BookingRig>, seconds) =>
    brokerStopped(scene, seconds),
  ),
  {
    name: 'saga-stuck',
    title: 'ticket stopped (SIGSTOP), all of it, until orders are listed as stuck',
    run: ({ rig }) => whileAllAreFrozen(rig.tickets, () => untilListed(rig)),
  },
  {
    name: 'redis-kill',
    title: 'kill -9 of Redis, which comes back empty',
    isForRandom: true,
    seconds: 3,
    run: async ({ rig, pause }, seconds) => {
      await rig.redis.server.kill('SIGKILL');
      try {
        await pause(seconds);
      } finally {
        await rig.redis.server.start();
      }
    },
  },
  ...breakConnections<BookingRig>({
    name: 'redis',
    words: 'Redis',
    proxies: ({ redis }) => [redis.proxy],
  }).filter(({ name }) => ['redis-drop', 'redis-half-open'].includes(name)),
];
