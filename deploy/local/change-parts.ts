import { differenceOf } from './difference.ts';
import { inOrder, reversed } from './in-order.ts';
import type { Part } from './part.ts';
import type { PartRunner } from './part-runner.ts';
import type { RunState } from './run-state.ts';
import type { LocalSettings } from './settings.ts';

/** What is to run. */
export interface Plan {
  parts: readonly Part[];
  settings: LocalSettings;
}

/**
 * Starts the parts that are new or have ended, then restarts one after the other those that have changed, then stops
 * those that are no longer wanted. Rejects when some could not be started; all others run.
 */
export const changeParts = async (
  runner: PartRunner,
  state: RunState,
  { from, to }: { from: Plan; to: Plan },
): Promise<void> => {
  const isRunning = (name: string) =>
    state.parts.some((part) => part.name === name && part.state !== 'stopped');
  const { begins, changes, ends } = differenceOf(from.parts, to.parts, isRunning);
  const isIn = (parts: readonly { name: string }[]) => {
    const names = new Set(parts.map(({ name }) => name));
    return ({ name }: { name: string }) => names.has(name);
  };
  const waiting = begins.map(({ name }) => ({ name, state: 'waiting' as const, restarts: 0 }));
  const wasThere = isIn(begins);
  state.parts = [...state.parts.filter((part) => !wasThere(part)), ...waiting];
  const problems = new Set<string>();
  await inOrder(begins, async (part) => {
    await runner.start(part, to.settings).catch(async (error: unknown) => {
      await runner.stop(part);
      problems.add(error instanceof Error ? error.message : String(error));
    });
  });
  for (const part of changes) {
    await runner.stop(part);
    await runner.start(part, to.settings, true);
  }
  await inOrder(reversed(ends), (part) => runner.stop(part));
  const isGone = isIn(ends);
  state.parts = state.parts.filter((part) => !isGone(part));
  if (problems.size > 0) throw new Error([...problems].join('\n'));
};
