import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sleep } from '#platform/base/sleep.ts';

/** A server process, up and answering. */
export interface Engine {
  readonly pid: number;
  /** Settles when the process has ended, however it ended. */
  readonly exited: Promise<void>;
  /** Ends it in good order; after ten seconds by force. */
  stop(): Promise<void>;
  /** Sends a signal and returns at once. */
  kill(signal: NodeJS.Signals): void;
}

/** What whoever starts a server may want to know and to say while it is not yet ready. */
export interface StartHooks {
  /** Hears the process' id before it is ready. */
  onSpawn?: (pid: number) => void;
  /** Hears what takes long. */
  say?: (line: string) => void;
  /** Ends what has been started so far; the start then fails. */
  signal?: AbortSignal;
}

const stopLimitMs = 10_000;

export const asEngine = async (
  child: ChildProcess,
  stopSignal: NodeJS.Signals,
): Promise<Engine> => {
  if (child.pid === undefined) await once(child, 'spawn'); // rejects with the reason
  const { pid = 0 } = child;
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill(stopSignal);
    const force = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
    await exited;
    clearTimeout(force);
  };
  return { pid, exited, stop, kill: (signal) => void child.kill(signal) };
};

/** Opens a log for a child to write to by itself, so that it does not depend on its parent's life. */
export const withLog = async <T>(
  logFile: string,
  start: (fd: number) => T | Promise<T>,
): Promise<T> => {
  await mkdir(dirname(logFile), { recursive: true });
  const fd = openSync(logFile, 'a');
  try {
    return await start(fd);
  } finally {
    closeSync(fd);
  }
};

export interface ReadyOptions extends StartHooks {
  name: string;
  logFile: string;
  timeoutMs: number;
  isReady: () => Promise<boolean>;
}

/**
 * Polls until the server answers. Ends it and fails, with the end of its log, when it takes too long, when
 * it ends by itself, or when the signal aborts.
 */
export const untilReady = async (engine: Engine, options: ReadyOptions): Promise<void> => {
  const { name, logFile, timeoutMs, signal } = options;
  options.onSpawn?.(engine.pid);
  const deadline = performance.now() + timeoutMs;
  let fault: string | undefined;
  void engine.exited.then(() => (fault = 'ended at once'));
  while (!(await options.isReady())) {
    if (signal?.aborted) fault ??= 'was stopped while it started';
    if (performance.now() > deadline) fault ??= `was not ready after ${timeoutMs} ms`;
    if (fault !== undefined) {
      await engine.stop();
      throw new Error(`${name} ${fault}. The end of ${logFile}:\n${await tail(logFile)}`);
    }
    await sleep(25, signal);
  }
};

const tail = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-15).join('\n');
