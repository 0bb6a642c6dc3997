import type { AnyRig, Rig } from './rig.ts';

/** What a fault has to work with. */
export interface Scene<R extends AnyRig = Rig> {
  readonly rig: R;
  /** Rejects when the run is stopped. */
  readonly pause: (seconds: number) => Promise<void>;
}

/** A fault that can be injected into a system, or into one kind of system. */
export interface Fault<R extends AnyRig = Rig> {
  /** The name on the command line, a slug. */
  readonly name: string;
  /** The title in the report. */
  readonly title: string;
  /** How long it lasts, in seconds, where that can be chosen. */
  readonly seconds?: number;
  /** Returns the reason why it cannot be injected on this machine, if there is one. */
  readonly missing?: (rig: R) => string | undefined;
  /** Injects the fault and ends it; the system's recovery follows. */
  readonly run: (scene: Scene<R>, seconds: number) => Promise<void>;
  /**
   * Starts a fault that lasts through the faults after it, until `run` ends it. It is called at the start of the
   * whole run, or as `beginsBefore` says.
   */
  readonly begin?: (scene: Scene<R>) => Promise<void>;
  /** The fault before which it begins. When that one is not run, it begins with its own `run`. */
  readonly beginsBefore?: string;
  /** Whether the random phase may choose it: it must be short and leave nothing to wait for. */
  readonly isForRandom?: boolean;
}
