import type { Figure } from '../outbox/bench.ts';
import type { Environment } from './environment.ts';

/** What a case has to work with. */
export interface Bench {
  environment: Environment;
  /** How often each thing is measured, taking turns; figures are medians. */
  rounds: number;
  /** How long one turn takes. */
  seconds: number;
  /** Says what is going on. */
  say: (text: string) => void;
}

export interface BenchCase {
  name: string;
  /** For the list of cases. */
  about: string;
  run: (bench: Bench) => Promise<Figure[]>;
}
