import type { Environment } from '../outbox/environment.ts';

/** A relay, running or not, over the outbox and the topic of one environment. */
export interface Relay {
  /** Resolves when it relays, or is about to. */
  start(): Promise<void>;
  /** It relays nothing from then on; what it remembers stays. */
  pause(): Promise<void>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** The process that relays; fails when there is none. */
  pid(): number;
  /** Ends whatever of it still runs. */
  close(): Promise<void>;
}

/** What is asked of a peer: the same of all, as far as its speed lets it be measured in seconds. */
export interface Load {
  /** Rows of a drain; absent: as many as the command line says, in as many rounds. */
  drainRows?: number;
  /** Rows there before the kill -9, and events a second that the writers add meanwhile. */
  crashRows: number;
  crashPerSecond: number;
  livePerSecond: number;
}

export interface Peer {
  /** The letter of the command line. */
  readonly letter: string;
  readonly name: string;
  /** How it is set up, for whoever reads the table. */
  readonly settings: string;
  readonly load: Load;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Makes what it needs in the environment; nothing relays yet. */
  readonly setUp: (environment: Environment) => Promise<Relay>;
}
