import { readFileSync } from 'node:fs';
import {
  startProcess,
  type ProcessExit,
  type ProcessOptions,
  type TestProcess,
} from './process.ts';
import type { Engine } from '../../deploy/local/engine.ts';
import { waitFor } from '../wait-for.ts';

/** A process of ours that a test or a fault can kill and start again. */
export interface Part {
  readonly name: string;
  /** Sends a signal, e.g. SIGSTOP, and returns at once. */
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGKILL, and resolves when the process has ended. */
  kill(): Promise<void>;
  /** Starts it again; `env`, when given, replaces the usual settings. */
  start(env?: Readonly<Record<string, string>>): void;
  /** All lines that it has printed, over all its lives. */
  lines(): string[];
  /** Resolves when the current process has ended. */
  exited(): Promise<ProcessExit>;
}

export const startPart = (options: ProcessOptions): Part => {
  const lives: TestProcess[] = [startProcess(options)];
  const current = () => lives.at(-1) as TestProcess;
  return {
    name: options.name,
    signal: (signal) => current().kill(signal),
    kill: async () => {
      current().kill('SIGKILL');
      await current().exit;
    },
    start: (env = {}) =>
      void lives.push(startProcess({ ...options, env: { ...options.env, ...env } })),
    lines: () => [...lives.flatMap(({ lines }) => lines), ...linesOf(options.stdoutFile)],
    exited: () => current().exit,
  };
};

const linesOf = (file: string | undefined): string[] =>
  file === undefined ? [] : readFileSync(file, 'utf8').split('\n');

/** A server that can be stopped, killed and started again on the same data. */
export interface Server {
  stop(): Promise<void>;
  /** Sends the signal and resolves when the server has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  exited(): Promise<void>;
  start(): Promise<void>;
}

const startLimitMs = 60_000;

export const startServer = async (start: () => Promise<Engine>): Promise<Server> => {
  let engine = await start();
  return {
    stop: () => engine.stop(),
    kill: async (signal) => {
      engine.kill(signal);
      await engine.exited;
    },
    exited: () => engine.exited,
    start: async () => {
      // The start is retried, because remains of a killed Postgres may take a moment to disappear.
      const again = async () => {
        engine = await start();
        return true;
      };
      await waitFor(again, { what: 'the server to start again', timeoutMs: startLimitMs });
    },
  };
};
