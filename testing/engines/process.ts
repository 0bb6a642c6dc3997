import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { checkout, compileCache } from '../../deploy/folders.ts';
import { spawnTied } from '../../deploy/local/tied-process.ts';
import { faultOfLine } from '../log-lines.ts';
import { waitFor } from '../wait-for.ts';

export interface ProcessOptions {
  name: string;
  /** The TypeScript file to run, relative to the root of the checkout, e.g. `services/loms/main.ts`. */
  entry: string;
  args?: readonly string[];
  /** The process's environment in addition to PATH and HOME; it inherits nothing else. */
  env: Readonly<Record<string, string>>;
  /** Its stdout is appended to this file instead of `lines`. */
  stdoutFile?: string | undefined;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface TestProcess {
  readonly name: string;
  readonly pid: number;
  /** All lines of stdout and stderr so far, in order of arrival. */
  readonly lines: readonly string[];
  /** Resolves when the process has ended and all its lines have been read. */
  readonly exit: Promise<ProcessExit>;
  /** Resolves with the first line, past or future, that fits. Rejects with the last lines when none comes in time. */
  waitForLine(fits: (line: string) => boolean, timeoutMs?: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL after the limit; `exit` shows which one ended the process. */
  stop(limitMs?: number): Promise<ProcessExit>;
}

/** Starts a process of the project as in production and collects its output. It dies with the test. */
export const startProcess = (options: ProcessOptions): TestProcess => {
  const { name, entry, args = [], env, stdoutFile } = options;
  const { PATH = '', HOME = '' } = process.env;
  const stdout = stdoutFile === undefined ? 'pipe' : openSync(stdoutFile, 'a');
  const child = spawnTied(process.execPath, [entry, ...args], {
    cwd: checkout,
    env: { PATH, HOME, HOST: '127.0.0.1', ...compileCache, ...env },
    stdio: ['ignore', stdout, 'pipe'],
    deathSignal: 'SIGKILL',
  });
  if (typeof stdout === 'number') closeSync(stdout);
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (entry.startsWith('services/') && line.startsWith('{')) requireLogLine(name, line);
    });
  }
  const exit = once(child, 'close').then((args): ProcessExit => {
    const [code, signal] = args as [number | null, NodeJS.Signals | null];
    return { code, signal };
  });
  let isOver = false;
  void exit.then(() => (isOver = true));
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  return {
    name,
    pid: child.pid,
    lines,
    exit,
    kill,
    waitForLine: (fits, timeoutMs = 120_000) =>
      waitForLine({ name, lines, fits, timeoutMs, isOver: () => isOver }),
    stop: async (limitMs = 15_000) => {
      kill('SIGTERM');
      const force = setTimeout(() => kill('SIGKILL'), limitMs);
      return exit.finally(() => clearTimeout(force));
    },
  };
};

/** Fails the test that runs. */
const requireLogLine = (name: string, line: string): void => {
  const fault = faultOfLine(line);
  if (fault !== undefined) throw new Error(`${name} has logged a line, but ${fault}: ${line}`);
};

interface LineWanted {
  name: string;
  lines: readonly string[];
  fits: (line: string) => boolean;
  timeoutMs: number;
  isOver: () => boolean;
}

const waitForLine = async ({
  name,
  lines,
  fits,
  timeoutMs,
  isOver,
}: LineWanted): Promise<string> => {
  const find = () => lines.find(fits);
  const seen = await waitFor(() => find() ?? isOver(), { what: name, timeoutMs }).catch(
    () => false,
  );
  if (typeof seen === 'string') return seen;
  const why = isOver() ? 'ended without saying it' : `did not say it in ${timeoutMs} ms`;
  throw new Error(`${name} ${why}. Its last lines:\n${lines.slice(-20).join('\n')}`);
};
