import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inOrder, reversed } from './in-order.ts';
import { keepRunning, type Kept } from './keep-running.ts';
import { preflight } from './preflight.ts';
import { writeRunState, type PartState, type RunState } from './run-state.ts';
import type { LocalSettings } from './settings.ts';
import { logFileOf, runTask, startPart } from './start-part.ts';
import type { Part } from './part.ts';

export interface SupervisorOptions {
  parts: readonly Part[];
  settings: LocalSettings;
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
  const kept = new Map<string, Kept>();
  const abort = new AbortController();
  const change = (name: string, changes: Partial<PartState>) => {
    Object.assign(state.parts.find((part) => part.name === name) ?? {}, changes);
    writeRunState(settings.INORDER_HOME, state);
  };
  const startOne = async (part: Part): Promise<void> => {
    if (abort.signal.aborted) return;
    const startedAt = performance.now();
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
      });
      kept.set(part.name, one);
      await one.ready;
    }
    say(`${part.name} ${part.kind === 'task' ? 'done' : 'ready'} (${seconds(startedAt)})`);
  };
  let aside = Promise.resolve();
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
    stop: async () => {
      abort.abort();
      await inOrder(reversed(parts), async ({ name }) => kept.get(name)?.stop());
      await aside;
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
