import type { Environment } from '../outbox/environment.ts';

/** A relay, running or not, between the outbox and the topic of one environment. */
export interface Relay {
  /** Resolves when it is relaying, or about to. */
  start(): Promise<void>;
  /** Stops relaying; its stored position is kept. */
  pause(): Promise<void>;
  /** Sends SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
  /** The id of the relaying process; throws when there is none. */
  pid(): number;
  /** Stops whatever of it still runs. */
  close(): Promise<void>;
}

/** The load on a peer: the same for all, as far as their speed allows measurements within seconds. */
export interface Load {
  /** The rows of a drain. Absent: as many rows and rounds as the command line says. */
  drainRows?: number;
  /** The rows that exist before the kill -9, and the events a second that the writers add meanwhile. */
  crashRows: number;
  crashPerSecond: number;
  livePerSecond: number;
}

export interface Peer {
  /** Its letter on the command line. */
  readonly letter: string;
  readonly name: string;
  /** How it is configured, as a note to the table. */
  readonly settings: string;
  readonly load: Load;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Creates what it needs in the environment, without starting to relay. */
  readonly setUp: (environment: Environment) => Promise<Relay>;
}
