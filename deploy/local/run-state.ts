import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PartState {
  name: string;
  state: 'waiting' | 'starting' | 'ready' | 'done' | 'crashed' | 'stopped';
  /** The process, while there is one. */
  pid?: number | undefined;
  restarts: number;
}

/** What is running, as the supervisor writes it down for `make ps`, `make down` and whoever comes after a crash. */
export interface RunState {
  supervisor: number;
  isReady: boolean;
  parts: PartState[];
}

const fileIn = (home: string) => join(home, 'run.json');

export const readRunState = (home: string): RunState | undefined => {
  try {
    return JSON.parse(readFileSync(fileIn(home), 'utf8')) as RunState;
  } catch {
    return undefined; // nothing runs, or it is about to
  }
};

/** Takes the place of the supervisor; false when another one has it. */
export const claimRunState = (home: string, state: RunState): boolean => {
  try {
    writeFileSync(fileIn(home), JSON.stringify(state), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
};

/** A reader sees the old state or the new one, never a half. */
export const writeRunState = (home: string, state: RunState): void => {
  writeFileSync(`${fileIn(home)}.new`, JSON.stringify(state));
  renameSync(`${fileIn(home)}.new`, fileIn(home));
};

export const removeRunState = (home: string): void => rmSync(fileIn(home), { force: true });

/** The state of a supervisor that lives; undefined when there is none, or only what a killed one has left. */
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

/** Ids of processes come round again: after a crash the number may belong to a stranger. */
const isSupervisor = (pid: number): boolean => {
  if (!isAlive(pid)) return false;
  try {
    return commandOf(pid).includes('deploy/local/up.ts');
  } catch {
    return false; // it has just ended
  }
};

const commandOf = (pid: number): string =>
  process.platform === 'linux'
    ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
