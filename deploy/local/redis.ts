import { chmod, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { ensureFetched, unpackGoal, type MavenServer } from './maven-cache.ts';
import { spawnTied } from './tied-process.ts';

// Redis 7.0 is free software (BSD, see redis-licence.txt); a jar brings the server for Linux and macOS.
const version = '7.0.15';
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const architecture = architectures[process.arch] ?? process.arch;
const program = `redis-server-${version}-${process.platform}-${architecture}`;

const redisServer: MavenServer = {
  name: 'Redis',
  isNative: true,
  folder: `redis-${version}-${process.platform}-${architecture}`,
  part: 'redis',
  what: 'redis-server, 11 MB',
  orElse: 'do without: REDIS=off',
  goal: (folder) => [
    unpackGoal,
    '-Dartifact=org.signal:embedded-redis:0.9.1',
    `-Dmdep.unpack.includes=${program}`,
    `-DoutputDirectory=${folder}`,
  ],
};

/**
 * A cache, and nothing but a cache: entries are dropped when the memory is used up, and none is kept on disk.
 * compose.yaml has the same settings.
 */
export const redisSettings: Readonly<Record<string, string>> = {
  maxmemory: '64mb',
  'maxmemory-policy': 'allkeys-lru',
  save: '',
  appendonly: 'no',
};

export interface RedisOptions extends StartHooks {
  dataDir: string;
  port: number;
  logFile: string;
  /** The server is killed when its parent dies. */
  isThrowAway?: boolean;
  /** Settings that replace ours, e.g. `maxmemory-policy`. */
  settings?: Readonly<Record<string, string>>;
}

export interface Redis extends Engine {
  /** The server's address for clients, as `redis://host:port`. */
  readonly url: string;
}

/** Starts a Redis server on 127.0.0.1 that keeps nothing on disk. The first time it downloads the server. */
export const startRedis = async (options: RedisOptions): Promise<Redis> => {
  const { dataDir, port, logFile, isThrowAway, settings = {} } = options;
  const command = join(await ensureFetched(redisServer, options), program);
  await chmod(command, 0o755);
  await mkdir(dataDir, { recursive: true });
  const all = { bind: '127.0.0.1', port: String(port), ...redisSettings, ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const child = await withLog(logFile, (fd) =>
    spawnTied(command, args, {
      cwd: dataDir,
      stdio: ['ignore', fd, fd],
      deathSignal: isThrowAway ? 'SIGKILL' : 'SIGTERM',
    }),
  );
  const engine = await asEngine(child, 'SIGTERM');
  const isReady = () => answersPing(port);
  await untilReady(engine, { ...options, name: 'Redis', timeoutMs: 60_000, isReady });
  return { ...engine, url: `redis://127.0.0.1:${port}` };
};

const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('data', (answer) => end(answer.toString().startsWith('+PONG')));
    socket.write('PING\r\n');
  });
