import type { Rig } from './rig.ts';

/** What a fault may use. */
export interface Scene {
  readonly rig: Rig;
  /** Rejects when the run is stopped. */
  readonly pause: (seconds: number) => Promise<void>;
}

export interface Fault {
  /** A slug for the command line. */
  readonly name: string;
  /** In the words of the report. */
  readonly title: string;
  /** How long it lasts, where that can be chosen. */
  readonly seconds?: number;
  /** Why it cannot happen on this machine. */
  readonly missing?: (rig: Rig) => string | undefined;
  /** Makes it happen and ends it; what follows is the system's recovery. */
  readonly run: (scene: Scene, seconds: number) => Promise<void>;
  /** Goes on beside the other faults until `run` ends it; begins with the whole run, unless `beginsBefore`. */
  readonly begin?: (scene: Scene) => Promise<void>;
  /** The name of the fault just before which it begins; without that one it begins with its own `run`. */
  readonly beginsBefore?: string;
  /** For the random phase: not too long, and nothing to wait for at its end. */
  readonly isForRandom?: boolean;
}
