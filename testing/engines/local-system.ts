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

/** A whole local system for a test, with a folder and ports of its own. */
export interface LocalSystem {
  readonly home: string;
  readonly settings: LocalSettings;
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of the commands behind make, e.g. `up` with `-d`, to its end. */
  run(command: string, ...args: string[]): Promise<CommandResult>;
  /** What the supervisor has written down; fails when nothing runs. */
  state(): RunState;
  /** The ids of the supervisor and of all that it runs. */
  pids(): number[];
  /** Stops what still runs and removes the folder. */
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
    // a server more that takes a while, and that only its own tests look at
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
      await run('reset', '-y'); // the data may lie outside the folder
      await rm(home, { recursive: true, force: true });
    },
  };
};

export const alive = (pids: readonly number[]): number[] => pids.filter(isAlive);
