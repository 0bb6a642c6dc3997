import type { AnyRig, Rig } from './rig.ts';

export interface LoadReport {
  seconds: number;
  created: number;
  /** The number of calls that failed; failures are expected while something is unavailable. */
  errors: number;
}

export interface RunningLoad {
  stop: () => Promise<LoadReport>;
}

/** The result of the check after a fault, once all work is done. Counts are those since the previous check. */
export interface Verdict {
  events: number;
  again: number;
  lost: number;
  outOfOrder: number;
  foreign: number;
  /** The number of messages that were shown to a person more than once, in systems that show messages. */
  toldTwice?: number;
  /** The number of events that were FAILED and redriven, in systems whose policy wants that. */
  failed?: number;
  /** The number of sagas that were taken back because they had not ended in time, in systems that do so. */
  takenBack?: number;
  /** Descriptions of everything else that must not be. */
  faults: string[];
}

/** The load on a system while faults are injected, and the checks after each fault. */
export interface Play {
  startLoad(ordersPerSecond: number): RunningLoad;
  /** Returns the seconds until fresh orders are completely processed. */
  measureFlow(): Promise<number>;
  /** Resolves when everything begun is done. The load must have been stopped. */
  drain(): Promise<void>;
  judge(faultName: string): Promise<Verdict>;
}

export interface SystemWords {
  readonly heading: string;
  readonly intro: (ordersPerSecond: number) => string;
  readonly notes: string;
}

/** A system into which faults can be injected. */
export interface ChaosSystem<R extends AnyRig = Rig> {
  /** The value of `--system`. */
  readonly name: string;
  readonly processes: string;
  /** A description of its servers; by default one Postgres and one Kafka broker. */
  readonly servers?: string;
  /** The text of the report. */
  readonly words: SystemWords;
  start(): Promise<R>;
  play(rig: R): Play;
}

export const isFlawless = ({ lost, outOfOrder, foreign, faults }: Verdict): boolean =>
  lost + outOfOrder + foreign + faults.length === 0;
