import type { Fault } from '../fault.ts';
import type { ProxyMode } from '../proxy.ts';

const spoils: readonly { mode: ProxyMode; words: string; seconds: number }[] = [
  { mode: 'drop', words: 'every byte dropped', seconds: 8 },
  { mode: 'half-open', words: 'half open: what is said arrives, no answer comes back', seconds: 8 },
  { mode: 'reset', words: 'every connection reset', seconds: 3 },
  { mode: 'delay', words: 'answers take 300 ms longer', seconds: 8 },
];

const faultsOf = (to: 'postgres' | 'kafka'): Fault[] =>
  spoils.map(({ mode, words, seconds }) => ({
    name: `${to}-${mode}`,
    title: `connections to ${to === 'kafka' ? 'Kafka' : 'Postgres'}, ${words}`,
    seconds,
    isForRandom: true,
    run: async ({ rig, pause }, lasts) => {
      rig.proxies[to].set(mode);
      try {
        await pause(lasts);
      } finally {
        rig.proxies[to].set('pass');
      }
    },
  }));

/** What the proxies do to the connections of the publishers and of loms. */
export const networkFaults: readonly Fault[] = [...faultsOf('postgres'), ...faultsOf('kafka')];
