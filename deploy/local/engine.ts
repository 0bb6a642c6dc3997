import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sleep } from '#platform/base/sleep.ts';

/** A server process that runs and answers. */
export interface Engine {
  readonly pid: number;
  /** Resolves when the process has ended, whatever the reason. */
  readonly exited: Promise<void>;
  /** Stops the server gracefully, and kills it after ten seconds. */
  stop(): Promise<void>;
  /** Sends a signal and returns at once. */
  kill(signal: NodeJS.Signals): void;
}

/** What the caller may hear and do while a server starts. */
export interface StartHooks {
  /** Called with the process id as soon as the process has been spawned. */
  onSpawn?: (pid: number) => void;
  /** Called with a line of text when something takes long, e.g. a download. */
  say?: (line: string) => void;
  /** Aborting it stops what has been started so far, and the start fails. */
  signal?: AbortSignal;
}

const stopLimitMs = 10_000;

export const asEngine = async (
  child: ChildProcess,
  stopSignal: NodeJS.Signals,
): Promise<Engine> => {
  if (child.pid === undefined) await once(child, 'spawn'); // rejects with the reason why it could not be spawned
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

/** Opens a log file that the child writes to directly, so that logging does not depend on the parent being alive. */
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
 * Polls until the server answers. When that takes too long, when the server exits, or when the signal aborts, it ends
 * the server and fails with the end of its log.
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
