import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../folders.ts';
import type { StartHooks } from './engine.ts';
import { CommandFailed, runTied } from './run-tied.ts';

/** Programs that are built from source with Go, by the tools that a go.mod names. */
export interface GoPrograms {
  /** The folder with go.mod and go.sum, which name the programs and pin what they are made of. */
  module: string;
  /** What the programs are for, e.g. `make observe`. */
  command: string;
  /** The programs in messages, e.g. `VictoriaMetrics and VictoriaLogs`. */
  names: string;
  /** Describes the work: what is fetched, how long it takes. */
  what: string;
  /** What is there without them. */
  orElse: string;
}

export interface BuildPlace {
  /** The folder that holds the folder of the programs. */
  cache: string;
  env: NodeJS.ProcessEnv;
}

// From 1.21 on, go fetches the newer Go that a module asks for.
const oldestMinor = 21;
const tellEveryMs = 15_000;

/**
 * Returns the folder with the programs, building them the first time. It appears complete or not at all. Without Go it
 * fails and says what to do.
 */
export const ensureGoPrograms = async (
  programs: GoPrograms,
  { say, signal }: StartHooks,
  { cache, env }: BuildPlace = { cache: join(checkout, '.inorder/cache'), env: process.env },
): Promise<string> => {
  const { module, names, what } = programs;
  const versions = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) versions.update(await readFile(join(module, file)));
  const prefix = programs.command.replace('make ', '');
  const folder = join(cache, `${prefix}-${versions.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  await requireGo(programs, env);
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${folder}.`);
  const startedAt = performance.now();
  const took = () => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
  say?.(`${names}: ${what} (first time only) …`);
  const still = setInterval(() => say?.(`… still building, after ${took()}`), tellEveryMs);
  try {
    await build(programs, { folder: half, env, ...(signal && { signal }) });
    await rename(half, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // somebody else was faster
    });
    say?.(`${names}: built in ${took()}`);
  } finally {
    clearInterval(still);
    await rm(half, { recursive: true, force: true });
  }
  return folder;
};

const build = async (
  { module, command }: GoPrograms,
  { folder, env, signal }: { folder: string; env: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<void> => {
  try {
    await runTied('go', ['install', '-trimpath', '-ldflags=-s -w', 'tool'], {
      cwd: module,
      env: { ...env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    const end = cause.message.split('\n').slice(-3).join('\n');
    throw new Error(
      `What ${command} needs could not be built: can go reach its module proxy? The end of what go says:\n${end}`,
      { cause },
    );
  }
};

const requireGo = async (
  { command, names, orElse }: GoPrograms,
  env: NodeJS.ProcessEnv,
): Promise<void> => {
  const remedy =
    `Install Go 1.${oldestMinor} or newer (https://go.dev/dl/; macOS: brew install go). ` + orElse;
  const output = await runTied('go', ['version'], { env }).catch((cause: unknown) => {
    throw new Error(
      `${command} builds ${names} with Go, and there is no go on the PATH. ${remedy}`,
      { cause },
    );
  });
  const [, minor = '0'] = /go1\.(\d+)/.exec(output) ?? [];
  if (Number(minor) < oldestMinor)
    throw new Error(`${command} cannot build with ${output.trim()}. ${remedy}`);
};
