import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { checkout, compileCache } from '../../deploy/folders.ts';
import { isAlive, readRunState, type RunState } from '../../deploy/local/run-state.ts';
import { loadSettings, type LocalSettings } from '../../deploy/local/settings.ts';
import { findFreePort } from '../free-port.ts';

export interface CommandResult {
  code: number | null;
  output: string;
}

/** A complete local system for a test, with its own folder and ports. */
export interface LocalSystem {
  readonly home: string;
  readonly settings: LocalSettings;
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of the commands behind the make targets, e.g. `up` with `-d`, to its end. */
  run(command: string, ...args: string[]): Promise<CommandResult>;
  /** Reads the supervisor's state file; fails when no system is running. */
  state(): RunState;
  /** The process ids of the supervisor and of everything that it runs. */
  pids(): number[];
  /** Stops whatever is still running and removes the folder. */
  close(): Promise<void>;
}

const portSettings = Object.keys(loadSettings({})).filter((name) => name.endsWith('_PORT'));

export const createLocalSystem = async (
  extraEnv: Readonly<Record<string, string>> = {},
): Promise<LocalSystem> => {
  const home = await mkdtemp(join(tmpdir(), `inorder-test-${process.pid}-home-`));
  const { PATH = '', HOME = '' } = process.env;
  const env: Record<string, string> = {
    PATH,
    HOME,
    ...compileCache,
    INORDER_HOME: home,
    // The registry takes a while to start, and only its own tests need it.
    SCHEMA_REGISTRY: 'off',
  };
  for (const name of portSettings) env[name] = String(await findFreePort());
  Object.assign(env, extraEnv);

  const run = async (command: string, ...args: string[]): Promise<CommandResult> => {
    const script = `deploy/local/${command}.ts`;
    const child = spawn(process.execPath, [script, ...args], {
      cwd: checkout,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output: (await outputs).join('') };
  };
  const state = () => {
    const found = readRunState(home);
    if (found === undefined) throw new Error(`Nothing runs in ${home}`);
    return found;
  };
  return {
    home,
    settings: loadSettings(env),
    env,
    run,
    state,
    pids: () => [state().supervisor, ...state().parts.flatMap(({ pid }) => pid ?? [])],
    close: async () => {
      await run('down');
      await run('reset', '-y'); // `reset` comes first because the data may lie outside the folder.
      await rm(home, { recursive: true, force: true });
    },
  };
};

export const alive = (pids: readonly number[]): number[] => pids.filter(isAlive);
