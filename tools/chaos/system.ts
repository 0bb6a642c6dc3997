import type { AnyRig, Rig } from './rig.ts';

export interface LoadReport {
  seconds: number;
  created: number;
  /** Calls without an answer of success: expected while something is unavailable. */
  errors: number;
}

export interface RunningLoad {
  stop: () => Promise<LoadReport>;
}

/** What is found after a fault, when all is done; counts are since the last one. */
export interface Verdict {
  events: number;
  again: number;
  lost: number;
  outOfOrder: number;
  foreign: number;
  /** Where messages are shown to people: those shown once more. */
  toldTwice?: number;
  /** What else must not be, in words. */
  faults: string[];
}

/** What is done with a system while faults happen to it, and how it is looked at after each. */
export interface Play {
  startLoad(ordersPerSecond: number): RunningLoad;
  /** Seconds until fresh orders have gone all their way. */
  measureFlow(): Promise<number>;
  /** Resolves when everything that was begun is done; the load has ended. */
  drain(): Promise<void>;
  judge(faultName: string): Promise<Verdict>;
}

export interface SystemWords {
  readonly heading: string;
  readonly intro: (ordersPerSecond: number) => string;
  readonly notes: string;
}

/** A system that faults can happen to. */
export interface ChaosSystem<R extends AnyRig = Rig> {
  /** As `--system` names it. */
  readonly name: string;
  readonly processes: string;
  /** Usually one Postgres and one Kafka broker. */
  readonly servers?: string;
  /** For the report. */
  readonly words: SystemWords;
  start(): Promise<R>;
  play(rig: R): Play;
}

export const isFlawless = ({ lost, outOfOrder, foreign, faults }: Verdict): boolean =>
  lost + outOfOrder + foreign + faults.length === 0;
