import { median } from '../outbox/statistics.ts';
import type { Bench } from './bench.ts';

/** Something whose rate is measured; gives calls a second. */
export interface Turn {
  name: string;
  measure: () => Promise<number>;
}

export interface Turns {
  /** The median of a thing's rates. */
  rate(name: string): number;
  /** The median of the rounds' ratios: what disturbs the machine for longer than a round is in both. */
  ratio(name: string, reference: string): number;
}

/** Measures each thing once a round, one after the other. */
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
