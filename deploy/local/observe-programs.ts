import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../folders.ts';
import type { StartHooks } from './engine.ts';
import { CommandFailed, runTied } from './run-tied.ts';

/** Names the programs and pins what they are made of, in go.mod and go.sum. */
const goModule = join(checkout, 'deploy/observe');

export interface BuildPlace {
  /** The folder that holds the folder of the programs. */
  cache: string;
  env: NodeJS.ProcessEnv;
}

// From 1.21 on, go fetches the newer Go that a module asks for.
const oldestMinor = 21;
const tellEveryMs = 15_000;

/**
 * Returns the folder with victoria-metrics, vmalert, victoria-logs and vlagent, building them the first time. The
 * folder appears complete or not at all. Without Go it fails and says what to do.
 */
export const ensureObservePrograms = async (
  { say, signal }: StartHooks,
  { cache, env }: BuildPlace = { cache: join(checkout, '.inorder/cache'), env: process.env },
): Promise<string> => {
  const versions = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) versions.update(await readFile(join(goModule, file)));
  const folder = join(cache, `observe-${versions.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  await requireGo(env);
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${folder}.`);
  const startedAt = performance.now();
  const took = () => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
  say?.(
    'VictoriaMetrics and VictoriaLogs: fetching their sources (45 MB) and building four programs with Go, usually one to three minutes (first time only) …',
  );
  const still = setInterval(() => say?.(`… still building, after ${took()}`), tellEveryMs);
  try {
    await build(half, env, signal);
    await rename(half, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // somebody else was faster
    });
    say?.(`VictoriaMetrics and VictoriaLogs: built in ${took()}`);
  } finally {
    clearInterval(still);
    await rm(half, { recursive: true, force: true });
  }
  return folder;
};

const build = async (
  folder: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> => {
  try {
    await runTied('go', ['install', '-trimpath', '-ldflags=-s -w', 'tool'], {
      cwd: goModule,
      env: { ...env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    const end = cause.message.split('\n').slice(-3).join('\n');
    throw new Error(
      `What make observe needs could not be built: can go reach its module proxy? The end of what go says:\n${end}`,
      { cause },
    );
  }
};

const requireGo = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const remedy =
    `Install Go 1.${oldestMinor} or newer (https://go.dev/dl/; macOS: brew install go). Nothing else needs it: ` +
    'the system runs without make observe, each service answers /metrics, and ' +
    'deploy/prometheus/prometheus.yaml and alerts.yaml are there for a Prometheus of yours.';
  const output = await runTied('go', ['version'], { env }).catch((cause: unknown) => {
    throw new Error(
      `make observe builds VictoriaMetrics and VictoriaLogs with Go, and there is no go on the PATH. ${remedy}`,
      { cause },
    );
  });
  const [, minor = '0'] = /go1\.(\d+)/.exec(output) ?? [];
  if (Number(minor) < oldestMinor)
    throw new Error(`make observe cannot build with ${output.trim()}. ${remedy}`);
};
