import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { changeParts, type Plan } from './change-parts.ts';
import { inOrder, reversed } from './in-order.ts';
import { createPartRunner } from './part-runner.ts';
import { preflight } from './preflight.ts';
import { writeRunState, type RunState } from './run-state.ts';
import type { LocalSettings } from './settings.ts';
import { logFileOf } from './start-part.ts';
import type { Part } from './part.ts';

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
   * Makes what runs be these parts (change-parts.ts). Rejects when some could not be started; all others run.
   */
  readonly change: (to: Plan) => Promise<void>;
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
  const home = settings.INORDER_HOME;
  const abort = new AbortController();
  const runner = createPartRunner({ home, state, say, signal: abort.signal });
  const startOne = (part: Part) => runner.start(part, settings);
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
      writeRunState(home, state);
      const others = parts.filter((part) => part.isAside === true);
      aside = inOrder(others, startOne).catch((error: unknown) => {
        if (abort.signal.aborted) return;
        say(`${messageOf(error)}\nThe rest runs without it.`);
        for (const name of unstarted(state)) runner.note(name, { state: 'stopped' });
      });
    },
    change: (to) => {
      const next = Promise.allSettled([changed, aside]).then(async () => {
        const from = plan;
        plan = to;
        await changeParts(runner, state, { from, to });
      });
      changed = next;
      return next;
    },
    stop: async () => {
      abort.abort();
      await inOrder(reversed(plan.parts), runner.stop);
      await Promise.allSettled([aside, changed]);
    },
    kill: runner.kill,
  };
};

const unstarted = ({ parts }: RunState): string[] =>
  parts.flatMap(({ name, state }) => (state === 'waiting' || state === 'starting' ? name : []));

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Each start begins new log files; those of the previous run are kept beside them as `.1`. */
const keepLastLogs = async (parts: readonly Part[], settings: LocalSettings): Promise<void> => {
  await mkdir(join(settings.INORDER_HOME, 'logs'), { recursive: true });
  for (const { name } of parts) {
    const file = logFileOf(settings, name);
    await rename(file, `${file}.1`).catch(() => undefined); // there is no log of a previous run
  }
};
