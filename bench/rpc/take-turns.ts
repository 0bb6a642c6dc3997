import { median } from '../outbox/statistics.ts';
import type { Bench } from './bench.ts';

/** A server whose rate is measured, in calls a second. */
export interface Turn {
  name: string;
  measure: () => Promise<number>;
}

export interface Turns {
  /** The median rate of the server with this name. */
  rate(name: string): number;
  /** The median of the ratios within each round: a disturbance that outlasts a round affects both sides. */
  ratio(name: string, reference: string): number;
}

/** Measures each server once a round, one after the other. */
export const takeTurns = async (
  { rounds, say }: Pick<Bench, 'rounds' | 'say'>,
  turns: readonly Turn[],
): Promise<Turns> => {
  const rates = new Map<string, number[]>(turns.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, measure } of turns) rates.get(name)?.push(await measure());
    const line = turns.map(({ name }) => `${name} ${rates.get(name)?.at(-1)?.toFixed(0) ?? '?'}`);
    say(`round ${round}: ${line.join(', ')} calls/s`);
  }
  const of = (name: string) => rates.get(name) ?? [];
  return {
    rate: (name) => median(of(name)),
    ratio: (name, reference) => {
      const references = of(reference);
      return median(of(name).map((rate, round) => rate / (references[round] ?? NaN)));
    },
  };
};
