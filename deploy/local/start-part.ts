import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { checkout } from '../folders.ts';
import { environmentOf } from './environment.ts';
import { startKafka } from './kafka.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { startSchemaRegistry } from './schema-registry.ts';
import { runTied } from './run-tied.ts';
import { portOf, type LocalSettings } from './settings.ts';
import { spawnTied } from './tied-process.ts';
import { startObservePart } from './observe-servers.ts';
import type { EnginePart, ObservePart, ServicePart, TaskPart } from './part.ts';

export const logFileOf = (settings: LocalSettings, name: string): string =>
  join(settings.INORDER_HOME, 'logs', `${name}.log`);

/** Starts a part that keeps running, and resolves when it is ready. */
export const startPart = (
  part: EnginePart | ObservePart | ServicePart,
  settings: LocalSettings,
  hooks: StartHooks,
): Promise<Engine> => {
  const logFile = logFileOf(settings, part.name);
  const dataDir = join(settings.INORDER_HOME, part.name);
  switch (part.kind) {
    case 'postgres':
      return startPostgres({ dataDir, port: settings.POSTGRES_PORT, logFile, ...hooks });
    case 'kafka':
      return startKafka({
        dataDir,
        port: settings.KAFKA_PORT,
        controllerPort: settings.KAFKA_CONTROLLER_PORT,
        logFile,
        ...hooks,
      });
    case 'schema-registry': {
      const { SCHEMA_REGISTRY_PORT: port } = settings;
      return startSchemaRegistry({ dataDir, port, logFile, ...hooks });
    }
    case 'redis':
      return startRedis({ dataDir, port: settings.REDIS_PORT, logFile, ...hooks });
    case 'service':
      return startService(part, settings, { ...hooks, logFile });
    case 'observe':
      return startObservePart(part, settings, { ...hooks, logFile });
  }
};

const startService = async (
  part: ServicePart,
  settings: LocalSettings,
  { logFile, ...hooks }: StartHooks & { logFile: string },
): Promise<Engine> => {
  const port = portOf(settings, part.httpPort);
  const env = { ...process.env, ...environmentOf(part) };
  const child = await withLog(logFile, (fd) =>
    spawnTied(process.execPath, [part.entry], {
      cwd: checkout,
      env,
      stdio: ['ignore', fd, fd],
      deathSignal: 'SIGTERM',
    }),
  );
  const engine = await asEngine(child, 'SIGTERM');
  const isReady = () => answersReady(port);
  await untilReady(engine, { ...hooks, name: part.name, logFile, timeoutMs: 60_000, isReady });
  return engine;
};

/** Whether the service on this port reports that it is ready. */
export const answersReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ status }) => status === 200,
    () => false,
  );

/** Runs a task to its end. Its output goes to its log and, when it fails, into the error. */
export const runTask = async (
  part: TaskPart,
  settings: LocalSettings,
  signal: AbortSignal,
): Promise<void> => {
  const env = { ...process.env, ...environmentOf(part) };
  const run = runTied(process.execPath, [part.entry], { cwd: checkout, env, signal });
  const output = await run.catch((cause: unknown) => {
    throw new Error(`${part.name}: ${cause instanceof Error ? cause.message : ''}`, { cause });
  });
  createWriteStream(logFileOf(settings, part.name), { flags: 'a' }).end(output);
};
