import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { differenceOf } from './difference.ts';
import { inOrder, reversed } from './in-order.ts';
import { keepRunning, type Kept } from './keep-running.ts';
import { preflight } from './preflight.ts';
import { writeRunState, type PartState, type RunState } from './run-state.ts';
import type { LocalSettings } from './settings.ts';
import { logFileOf, runTask, startPart } from './start-part.ts';
import type { Part } from './part.ts';

/** What is to run. */
export interface Plan {
  parts: readonly Part[];
  settings: LocalSettings;
}

export interface SupervisorOptions extends Plan {
  state: RunState;
  say: (line: string) => void;
}

export interface Supervisor {
  /** Starts, in order, every part that others may wait for; rejects when one of them cannot be started. */
  start(): Promise<void>;
  /**
   * Writes to the state file that the system is ready, starts the remaining parts, and reports when one of them
   * fails. `make up -d` prints the output up to that moment and exits, so the summary must be printed before this
   * call.
   */
  startAside(): void;
  /**
   * Makes what runs be these parts: starts those that are new or have ended, then restarts one after the other those that
   * have changed, then stops those that are no longer among them. Rejects when some could not be started; all others
   * run.
   */
  change(to: Plan): Promise<void>;
  /** Stops everything in reverse order. */
  stop(): Promise<void>;
  /** Kills everything at once. */
  kill(): void;
}

/** Runs the parts, restarts those that exit, and writes their state to a file. */
export const createSupervisor = ({
  parts,
  settings,
  state,
  say,
}: SupervisorOptions): Supervisor => {
  let plan: Plan = { parts, settings };
  const kept = new Map<string, Kept>();
  const abort = new AbortController();
  const change = (name: string, changes: Partial<PartState>) => {
    Object.assign(state.parts.find((part) => part.name === name) ?? {}, changes);
    writeRunState(settings.INORDER_HOME, state);
  };
  const startOne = async (part: Part, isRestart = false): Promise<void> => {
    if (abort.signal.aborted) return;
    const startedAt = performance.now();
    const { settings } = plan;
    change(part.name, { state: 'starting' });
    if (part.kind === 'task') {
      await runTask(part, settings, abort.signal);
      change(part.name, { state: 'done' });
    } else {
      const one = keepRunning({
        name: part.name,
        start: (hooks) => startPart(part, settings, hooks),
        say,
        onChange: (changes) => change(part.name, changes),
        isRestart,
      });
      kept.set(part.name, one);
      await one.ready;
    }
    say(`${part.name} ${part.kind === 'task' ? 'done' : 'ready'} (${seconds(startedAt)})`);
  };
  const stopOne = async ({ name }: Pick<Part, 'name'>): Promise<void> => {
    await kept.get(name)?.stop();
    kept.delete(name);
  };
  const changeTo = async (to: Plan): Promise<void> => {
    const isRunning = (name: string) =>
      state.parts.some((part) => part.name === name && part.state !== 'stopped');
    const { begins, changes, ends } = differenceOf(plan.parts, to.parts, isRunning);
    plan = to;
    const newStates = begins.map(({ name }) => ({ name, state: 'waiting' as const, restarts: 0 }));
    const old = state.parts.filter(({ name }) => begins.every((part) => part.name !== name));
    state.parts = [...old, ...newStates];
    const problems: string[] = [];
    await inOrder(begins, async (part) => {
      await startOne(part).catch(async (error: unknown) => {
        await stopOne(part);
        problems.push(messageOf(error));
      });
    });
    for (const part of changes) {
      await stopOne(part);
      await startOne(part, true);
    }
    await inOrder(reversed(ends), stopOne);
    state.parts = state.parts.filter(({ name }) => ends.every((part) => part.name !== name));
    writeRunState(settings.INORDER_HOME, state);
    if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'));
  };
  let aside = Promise.resolve();
  let changed = Promise.resolve();
  return {
    start: async () => {
      await preflight(parts, settings);
      await keepLastLogs(parts, settings);
      const waitedFor = parts.filter((part) => part.isAside !== true);
      await inOrder(waitedFor, startOne);
    },
    startAside: () => {
      state.isReady = true;
      writeRunState(settings.INORDER_HOME, state);
      const others = parts.filter((part) => part.isAside === true);
      aside = inOrder(others, startOne).catch((error: unknown) => {
        if (abort.signal.aborted) return;
        say(`${messageOf(error)}\nThe rest runs without it.`);
        for (const name of unstarted(state)) change(name, { state: 'stopped' });
      });
    },
    change: (to) => {
      const next = changed
        .catch(() => undefined) // it was reported to who asked for it
        .then(() => aside)
        .then(() => changeTo(to));
      changed = next;
      return next;
    },
    stop: async () => {
      abort.abort();
      await inOrder(reversed(plan.parts), async ({ name }) => kept.get(name)?.stop());
      await Promise.allSettled([aside, changed]);
    },
    kill: () => {
      for (const one of kept.values()) one.kill();
    },
  };
};

const unstarted = ({ parts }: RunState): string[] =>
  parts.flatMap(({ name, state }) => (state === 'waiting' || state === 'starting' ? name : []));

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export const seconds = (since: number): string =>
  `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Each start begins new log files; those of the previous run are kept beside them as `.1`. */
const keepLastLogs = async (parts: readonly Part[], settings: LocalSettings): Promise<void> => {
  await mkdir(join(settings.INORDER_HOME, 'logs'), { recursive: true });
  for (const { name } of parts) {
    const file = logFileOf(settings, name);
    await rename(file, `${file}.1`).catch(() => undefined); // there is no log of a previous run
  }
};
