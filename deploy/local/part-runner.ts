import { keepRunning, type Kept } from './keep-running.ts';
import type { Part } from './part.ts';
import { writeRunState, type PartState, type RunState } from './run-state.ts';
import type { LocalSettings } from './settings.ts';
import { runTask, startPart } from './start-part.ts';

export interface PartRunnerOptions {
  home: string;
  state: RunState;
  say: (line: string) => void;
  /** Once aborted, nothing is started any more. */
  signal: AbortSignal;
}

/** Starts and stops single parts, and writes what becomes of them to the state file. */
export interface PartRunner {
  /**
   * Resolves when the part is ready, or has run to its end. Rejects when it cannot be started; one that has run before
   * is tried again instead.
   */
  readonly start: (part: Part, settings: LocalSettings, hasRunBefore?: boolean) => Promise<void>;
  readonly stop: (part: Pick<Part, 'name'>) => Promise<void>;
  /** Kills everything at once. */
  readonly kill: () => void;
  readonly note: (name: string, changes: Partial<PartState>) => void;
}

export const createPartRunner = ({ home, state, say, signal }: PartRunnerOptions): PartRunner => {
  const kept = new Map<string, Kept>();
  const note = (name: string, changes: Partial<PartState>): void => {
    Object.assign(state.parts.find((part) => part.name === name) ?? {}, changes);
    writeRunState(home, state);
  };
  return {
    start: async (part, settings, hasRunBefore = false) => {
      if (signal.aborted) return;
      const startedAt = performance.now();
      note(part.name, { state: 'starting' });
      if (part.kind === 'task') {
        await runTask(part, settings, signal);
        note(part.name, { state: 'done' });
      } else {
        const one = keepRunning({
          name: part.name,
          start: (hooks) => startPart(part, settings, hooks),
          say,
          onChange: (changes) => note(part.name, changes),
          hasRunBefore,
        });
        kept.set(part.name, one);
        await one.ready;
      }
      say(`${part.name} ${part.kind === 'task' ? 'done' : 'ready'} (${seconds(startedAt)})`);
    },
    stop: async ({ name }) => kept.get(name)?.stop(),
    kill: () => {
      for (const one of kept.values()) one.kill();
    },
    note,
  };
};

export const seconds = (since: number): string =>
  `${((performance.now() - since) / 1000).toFixed(1)} s`;
