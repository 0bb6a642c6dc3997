import type { Fault } from '../fault.ts';
import type { Proxy, ProxyMode } from '../../../testing/engines/proxy.ts';
import type { Rig } from '../rig.ts';

const breaks: readonly { mode: ProxyMode; words: string; seconds: number }[] = [
  { mode: 'drop', words: 'every byte dropped', seconds: 8 },
  { mode: 'half-open', words: 'half open: what is said arrives, no answer comes back', seconds: 8 },
  { mode: 'reset', words: 'every connection reset', seconds: 3 },
  { mode: 'delay', words: 'answers take 300 ms longer', seconds: 8 },
];

export interface BrokenConnections<R extends Rig> {
  /** The beginning of the faults' names, e.g. `kafka` in `kafka-drop`. */
  name: string;
  words: string;
  proxies: (rig: R) => readonly Proxy[];
}

/** Faults in which proxies break the connections that pass through them. */
export const breakConnections = <R extends Rig>({
  name,
  words,
  proxies,
}: BrokenConnections<R>): Fault<R>[] =>
  breaks.map(({ mode, words: how, seconds }) => ({
    name: `${name}-${mode}`,
    title: `connections to ${words}, ${how}`,
    seconds,
    isForRandom: true,
    run: async ({ rig, pause }, lasts) => {
      for (const proxy of proxies(rig)) proxy.set(mode);
      try {
        await pause(lasts);
      } finally {
        for (const proxy of proxies(rig)) proxy.set('pass');
      }
    },
  }));

export const networkFaults: readonly Fault[] = [
  ...breakConnections({
    name: 'postgres',
    words: 'Postgres',
    proxies: ({ proxies }) => [proxies.postgres],
  }),
  ...breakConnections({ name: 'kafka', words: 'Kafka', proxies: ({ proxies }) => [proxies.kafka] }),
];
