import type { AnyRig, Rig } from './rig.ts';

/** What a fault may use. */
export interface Scene<R extends AnyRig = Rig> {
  readonly rig: R;
  /** Rejects when the run is stopped. */
  readonly pause: (seconds: number) => Promise<void>;
}

/** Something that happens to a system, or to one kind of system. */
export interface Fault<R extends AnyRig = Rig> {
  /** A slug for the command line. */
  readonly name: string;
  /** In the words of the report. */
  readonly title: string;
  /** How long it lasts, where that can be chosen. */
  readonly seconds?: number;
  /** Why it cannot happen on this machine. */
  readonly missing?: (rig: R) => string | undefined;
  /** Makes it happen and ends it; what follows is the system's recovery. */
  readonly run: (scene: Scene<R>, seconds: number) => Promise<void>;
  /** Goes on beside the other faults until `run` ends it; begins with the whole run, unless `beginsBefore`. */
  readonly begin?: (scene: Scene<R>) => Promise<void>;
  /** The name of the fault just before which it begins; without that one it begins with its own `run`. */
  readonly beginsBefore?: string;
  /** For the random phase: not too long, and nothing to wait for at its end. */
  readonly isForRandom?: boolean;
}
