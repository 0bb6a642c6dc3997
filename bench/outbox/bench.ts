import type { Comparison } from '../../testing/checker/compare.ts';
import type { Drain, DrainPlan } from './drain.ts';
import type { Environment } from './environment.ts';

/** What a case has to work with. */
export interface Bench {
  environment: Environment;
  /** How often what is a median is measured. */
  rounds: number;
  /** A number of rows at this run's scale. */
  scaled: (rows: number) => number;
  /** Says what is going on. */
  say: (text: string) => void;
  /** Measures a drain of a backlog; rows of earlier are in the outbox already. */
  drain: (plan: Omit<DrainPlan, 'history'>) => Promise<Drain>;
  /** Takes the result of a check into account. */
  noteCheck: (checked: Comparison) => void;
  /** Events a second of the usual drain of this run, against which others are held; measured once if need be. */
  usualRate: () => Promise<number>;
  setUsualRate: (eventsPerSecond: number) => void;
}

/** A line of the table. */
export interface Figure {
  what: string;
  value: string;
  /** The figure to reach, and whether it is. */
  wanted?: string;
  isMet?: boolean;
}

export interface BenchCase {
  name: string;
  /** For the list of cases. */
  about: string;
  run: (bench: Bench) => Promise<Figure[]>;
}
