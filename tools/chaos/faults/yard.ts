import type { Fault } from '../fault.ts';
import type { Part } from '../../../testing/engines/part.ts';
import type { YardRig } from '../yard/rig.ts';
import { breakConnections } from './network.ts';
import { frozen, killedInTurn } from './processes.ts';

const kill = (
  service: string,
  choose: (rig: YardRig) => readonly Part[],
  words = '',
): Fault<YardRig> => ({
  name: `${service}-kill`,
  title: `kill -9 of ${service}${words}`,
  isForRandom: true,
  seconds: 2,
  run: killedInTurn(choose),
});

const each = ', each replica in turn';

/** Faults of the services of the rocket yard and of the connections between them. */
export const yardFaults: readonly Fault<YardRig>[] = [
  kill('order', ({ orders }) => orders, each),
  kill('inventory', ({ inventory }) => [inventory]),
  kill('payment', ({ payment }) => [payment]),
  kill('assembly', ({ assemblies }) => assemblies, each),
  kill('notification', ({ notifications }) => notifications, each),
  {
    name: 'order-freeze',
    title:
      'a replica of order stopped (SIGSTOP) in the middle of calls until they are undone, then continued',
    isForRandom: true,
    seconds: 10,
    run: frozen(({ orders }) => orders[0] as Part),
  },
  {
    name: 'assembly-freeze',
    title: 'a replica of assembly stopped (SIGSTOP) beyond its session, then continued',
    isForRandom: true,
    seconds: 6,
    run: frozen(({ assemblies }) => assemblies[0] as Part),
  },
  {
    name: 'notification-freeze',
    title: 'a replica of notification stopped (SIGSTOP) beyond its session, then continued',
    isForRandom: true,
    seconds: 6,
    run: frozen(({ notifications }) => notifications[0] as Part),
  },
  ...breakConnections<YardRig>({
    name: 'peers',
    words: 'inventory and payment',
    proxies: ({ peers }) => peers,
  }),
];
