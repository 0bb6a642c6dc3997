import { backoffMs } from '#platform/base/backoff.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Engine, StartHooks } from './engine.ts';
import type { PartState } from './run-state.ts';

export interface KeepOptions {
  name: string;
  start: (hooks: StartHooks) => Promise<Engine>;
  say: (line: string) => void;
  onChange: (change: Partial<PartState>) => void;
  /** Then a first start that fails is tried again like all others. */
  hasRunBefore?: boolean;
}

export interface Kept {
  stop(): Promise<void>;
  kill(): void;
  /**
   * Resolves when the process is up for the first time, and rejects when that start fails, unless it has run before.
   * Later starts are retried for ever.
   */
  readonly ready: Promise<void>;
}

const backoff = { firstMs: 500, maxMs: 10_000 };
/** After this many milliseconds a process counts as healthy, and its next crash is treated as the first one. */
const wellAfterMs = 30_000;

/** Starts a process, and restarts it after a growing back-off whenever it exits by itself. */
export const keepRunning = (options: KeepOptions): Kept => {
  const abort = new AbortController();
  const ready = Promise.withResolvers<undefined>();
  let pid: number | undefined;
  let current: Engine | undefined;
  const hooks: StartHooks = {
    signal: abort.signal,
    say: options.say,
    onSpawn: (spawned) => {
      pid = spawned;
      options.onChange({ state: 'starting', pid });
    },
  };
  const runOnce = async (): Promise<void> => {
    try {
      current = await options.start(hooks);
      options.onChange({ state: 'ready' });
      ready.resolve(undefined);
      if (abort.signal.aborted) await current.stop();
      await current.exited;
    } finally {
      pid = current = undefined;
    }
  };
  const loop = restartLoop(runOnce, options, abort.signal).catch((error: unknown) =>
    ready.reject(error),
  );
  return {
    ready: ready.promise,
    kill: () => {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
    stop: async () => {
      abort.abort();
      await current?.stop();
      await loop;
      options.onChange({ state: 'stopped', pid: undefined });
    },
  };
};

const restartLoop = async (
  runOnce: () => Promise<void>,
  { name, say, onChange, hasRunBefore = false }: KeepOptions,
  signal: AbortSignal,
): Promise<void> => {
  let crashes = 0;
  let restarts = 0;
  const isFirst = () => restarts === 0 && !hasRunBefore;
  const isStopping = () => signal.aborted;
  while (!isStopping()) {
    const startedAt = performance.now();
    await runOnce().catch((error: unknown) => {
      if (isFirst()) throw error;
      if (!isStopping()) say(error instanceof Error ? error.message : String(error));
    });
    if (isStopping()) return;
    crashes = performance.now() - startedAt > wellAfterMs ? 1 : crashes + 1;
    restarts += 1;
    const pauseMs = backoffMs(crashes, backoff);
    onChange({ state: 'crashed', pid: undefined, restarts });
    say(`${name} has ended by itself; it starts again in ${(pauseMs / 1000).toFixed(1)} s`);
    await sleep(pauseMs, signal);
  }
};
