import type { Figure } from '../outbox/bench.ts';
import type { Environment } from './environment.ts';

/** What a case has to work with. */
export interface Bench {
  environment: Environment;
  /** How many times each server is measured, taking turns; figures are medians. */
  rounds: number;
  /** How many seconds one turn takes. */
  seconds: number;
  /** Prints a line about the progress. */
  say: (text: string) => void;
}

export interface BenchCase {
  name: string;
  /** The description in the list of cases. */
  about: string;
  run: (bench: Bench) => Promise<Figure[]>;
}
