import type { Comparison } from '../../testing/checker/compare.ts';
import type { Drain, DrainPlan } from './drain.ts';
import type { Environment } from './environment.ts';

/** What a case has to work with. */
export interface Bench {
  environment: Environment;
  /** How many times a figure that is a median is measured. */
  rounds: number;
  /** Scales a number of rows to the size of this run. */
  scaled: (rows: number) => number;
  /** Prints a line about the progress. */
  say: (text: string) => void;
  /** Measures the drain of a backlog, with older, sent rows in the outbox. */
  drain: (plan: Omit<DrainPlan, 'history'>) => Promise<Drain>;
  /** Adds the result of a check to the totals. */
  noteCheck: (checked: Comparison) => void;
  /**
   * Events a second of this run's ordinary drain, which other figures are compared with. It is measured once, when
   * first needed.
   */
  usualRate: () => Promise<number>;
  setUsualRate: (eventsPerSecond: number) => void;
}

/** A row of the table of figures. */
export interface Figure {
  what: string;
  value: string;
  /** The target, and whether it was met. */
  wanted?: string;
  isMet?: boolean;
}

export interface BenchCase {
  name: string;
  /** The description in the list of cases. */
  about: string;
  run: (bench: Bench) => Promise<Figure[]>;
}
