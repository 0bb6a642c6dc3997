import { bookingSystem } from './booking/system.ts';
import {
  bookingCatalogue,
  clusterCatalogue,
  lomsCatalogue,
  pvzCatalogue,
  yardCatalogue,
} from './catalogue.ts';
import { clusterSystem } from './cluster/system.ts';
import type { Fault } from './fault.ts';
import { lomsSystem } from './loms/system.ts';
import { pvzSystem } from './pvz/system.ts';
import type { AnyRig } from './rig.ts';
import { runChaos, type ChaosOptions, type Outcome } from './run.ts';
import type { ChaosSystem, SystemWords } from './system.ts';
import { yardSystem } from './yard/system.ts';

export interface ProgramOptions extends Pick<
  ChaosOptions,
  'share' | 'ordersPerSecond' | 'signal' | 'say'
> {
  /** Run only these faults; `random` stands for the random phase. Absent: run all. */
  only?: readonly string[] | undefined;
  seed: number;
  /** How many seconds the random phase lasts. */
  randomSeconds: number;
}

/** A system with all the faults that can be injected into it. */
export interface Program {
  readonly name: string;
  readonly words: SystemWords;
  readonly faults: readonly Pick<Fault, 'name' | 'title'>[];
  readonly usualOrdersPerSecond: number;
  run(options: ProgramOptions): Promise<Outcome[]>;
}

/** The programs of all systems; long faults are held for so many seconds. */
export const createPrograms = (heldSeconds: number): readonly Program[] => [
  createProgram(lomsSystem, lomsCatalogue(heldSeconds), 300),
  createProgram(yardSystem, yardCatalogue, 30),
  createProgram(clusterSystem, clusterCatalogue, 30),
  createProgram(pvzSystem, pvzCatalogue, 60),
  createProgram(bookingSystem, bookingCatalogue, 20),
];

// `publisher-kill` contains this fault ten times
const isInAnother = ({ name }: Pick<Fault, 'name'>) => name === 'publisher-kill-once';

const createProgram = <R extends AnyRig>(
  system: ChaosSystem<R>,
  faults: readonly Fault<R>[],
  usualOrdersPerSecond: number,
): Program => ({
  name: system.name,
  words: system.words,
  faults,
  usualOrdersPerSecond,
  run: ({ only, seed, randomSeconds, ...options }) => {
    const from = faults.filter(({ isForRandom }) => isForRandom);
    const isWanted = from.length > 0 && (only?.includes('random') ?? true);
    return runChaos({
      ...options,
      system,
      faults: faults.filter((fault) => only?.includes(fault.name) ?? !isInAnother(fault)),
      random: { from, seconds: isWanted ? randomSeconds : 0, seed },
    });
  },
});
