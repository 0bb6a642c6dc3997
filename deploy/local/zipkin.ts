import { join } from 'node:path';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { ensureFetched, type MavenServer } from './maven-cache.ts';
import { spawnTied } from './tied-process.ts';

const version = '3.5.1';

const zipkin: MavenServer = {
  name: 'Zipkin',
  folder: `zipkin-${version}`,
  part: 'zipkin',
  what: 'Zipkin, 84 MB',
  orElse: 'send traces to another store with OTEL_EXPORTER_OTLP_ENDPOINT',
  goal: (folder) => [
    'org.apache.maven.plugins:maven-dependency-plugin:2.10:copy',
    `-Dartifact=io.zipkin:zipkin-server:${version}:jar:slim`,
    `-DoutputDirectory=${folder}`,
  ],
};

export interface ZipkinOptions extends StartHooks {
  port: number;
  logFile: string;
  /** The server is killed when its parent dies. */
  isThrowAway?: boolean;
}

export interface Zipkin extends Engine {
  /** The address of its page and of its API. */
  readonly url: string;
}

// It keeps traces in memory: the newest 500,000 spans at the most.
const jvm = ['-Xms32m', '-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Returns the folder with the server, downloading it the first time. */
export const ensureZipkin = (hooks: StartHooks): Promise<string> => ensureFetched(zipkin, hooks);

/** Starts a Zipkin on 127.0.0.1 that keeps traces in memory. The first time it downloads the server. */
export const startZipkin = async (options: ZipkinOptions): Promise<Zipkin> => {
  const { port, logFile, isThrowAway } = options;
  const folder = await ensureZipkin(options);
  const jar = join(folder, `zipkin-server-${version}-slim.jar`);
  const child = await withLog(logFile, (fd) =>
    spawnTied('java', [...jvm, ...listenOn(port), '-jar', jar], {
      cwd: folder,
      stdio: ['ignore', fd, fd],
      deathSignal: isThrowAway ? 'SIGKILL' : 'SIGTERM',
    }),
  );
  const engine = await asEngine(child, 'SIGTERM');
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await untilReady(engine, { ...options, name: 'Zipkin', timeoutMs: 60_000, isReady });
  return { ...engine, url };
};

/** Its own setting for the port would open it on all addresses. */
const listenOn = (port: number): string[] => [
  '-Darmeria.ports[0].ip=127.0.0.1',
  `-Darmeria.ports[0].port=${port}`,
  '-Darmeria.ports[0].protocols[0]=http',
];
