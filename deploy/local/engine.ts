import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A server process of Postgres or Kafka, up and answering. */
export interface Engine {
  readonly pid: number;
  /** Settles when the process has ended, however it ended. */
  readonly exited: Promise<void>;
  /** Ends it in good order; after ten seconds by force. */
  stop(): Promise<void>;
  /** Sends a signal and returns at once. */
  kill(signal: NodeJS.Signals): void;
}

const stopLimitMs = 10_000;

export const asEngine = (child: ChildProcess, stopSignal: NodeJS.Signals): Engine => {
  const exited =
    child.exitCode === null && child.signalCode === null
      ? once(child, 'exit').then(() => undefined)
      : Promise.resolve();
  const stop = async () => {
    child.kill(stopSignal);
    const force = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
    await exited;
    clearTimeout(force);
  };
  if (child.pid === undefined) throw new Error(`${child.spawnfile} could not be started`);
  return { pid: child.pid, exited, stop, kill: (signal) => void child.kill(signal) };
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

export interface ReadyOptions {
  name: string;
  logFile: string;
  timeoutMs: number;
  isReady: () => Promise<boolean>;
}

/** Polls until the engine answers. Fails with the end of its log when it ends before or takes too long. */
export const untilReady = async (child: ChildProcess, options: ReadyOptions): Promise<void> => {
  const deadline = performance.now() + options.timeoutMs;
  let spawnError: Error | undefined;
  child.once('error', (error) => (spawnError = error));
  while (!(await options.isReady())) {
    const ended = spawnError !== undefined || child.exitCode !== null || child.signalCode !== null;
    if (ended || performance.now() > deadline) {
      child.kill('SIGKILL');
      const why = ended ? 'ended at once' : `was not ready after ${options.timeoutMs} ms`;
      const log = spawnError?.message ?? (await tail(options.logFile));
      throw new Error(`${options.name} ${why} (${options.logFile}):\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

const tail = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-15).join('\n');
