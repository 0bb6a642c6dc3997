import { isDeepStrictEqual } from 'node:util';
import type { Part } from './part.ts';

/** What has to be done so that other parts run. */
export interface Difference {
  /** Parts to start: new ones, and those that should run and do not. */
  begins: Part[];
  /** Parts to restart, because what they are started with has changed. */
  changes: Part[];
  /** Parts to stop. */
  ends: Part[];
}

/** Compares what was wanted with what is wanted now. A task that has run is not run again. */
export const differenceOf = (
  before: readonly Part[],
  after: readonly Part[],
  isRunning: (name: string) => boolean,
): Difference => {
  const known = new Map(before.map((part) => [part.name, part]));
  const wanted = new Set(after.map(({ name }) => name));
  const runs = ({ kind, name }: Part) => kind === 'task' || isRunning(name);
  return {
    begins: after.filter((part) => !known.has(part.name) || !runs(part)),
    changes: after.filter(
      (part) =>
        runs(part) && known.has(part.name) && !isDeepStrictEqual(known.get(part.name), part),
    ),
    ends: before.filter(({ name }) => !wanted.has(name)),
  };
};
