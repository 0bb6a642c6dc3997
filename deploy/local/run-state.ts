import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObserveSettings } from './observe-parts.ts';

export interface PartState {
  name: string;
  state: 'waiting' | 'starting' | 'ready' | 'done' | 'crashed' | 'stopped';
  /** The process id, while the process runs. */
  pid?: number | undefined;
  restarts: number;
}

/** What is running. The supervisor writes it to a file for `make ps`, `make down` and for a start after a crash. */
export interface RunState {
  supervisor: number;
  isReady: boolean;
  parts: PartState[];
  /** The settings under which make observe is on. */
  observed?: ObserveSettings | undefined;
  /** The last request of make observe or make observe-down that was carried out. */
  answered?: { request: string; problem?: string | undefined };
}

const fileIn = (home: string) => join(home, 'run.json');

export const readRunState = (home: string): RunState | undefined => {
  try {
    return JSON.parse(readFileSync(fileIn(home), 'utf8')) as RunState;
  } catch {
    return undefined; // nothing runs, or the supervisor is about to write its first state
  }
};

/** Makes this process the supervisor; returns false when another one is running. */
export const claimRunState = (home: string, state: RunState): boolean => {
  try {
    writeFileSync(fileIn(home), JSON.stringify(state), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
};

/** Replaces the file atomically: a reader sees the old state or the new one. */
export const writeRunState = (home: string, state: RunState): void => {
  writeFileSync(`${fileIn(home)}.new`, JSON.stringify(state));
  renameSync(`${fileIn(home)}.new`, fileIn(home));
};

export const removeRunState = (home: string): void => rmSync(fileIn(home), { force: true });

/** The state of a running supervisor; undefined when there is none, even if a killed one has left its file. */
export const findLiveRun = (home: string): RunState | undefined => {
  const state = readRunState(home);
  return state !== undefined && isSupervisor(state.supervisor) ? state : undefined;
};

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Process ids are reused: after a crash the id may belong to an unrelated process. */
const isSupervisor = (pid: number): boolean => {
  if (!isAlive(pid)) return false;
  try {
    return commandOf(pid).includes('deploy/local/up.ts');
  } catch {
    return false; // the process has just ended
  }
};

const commandOf = (pid: number): string =>
  process.platform === 'linux'
    ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
