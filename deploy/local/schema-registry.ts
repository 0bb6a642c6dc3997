import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { ensureFetched, unpackGoal, type MavenServer } from './maven-cache.ts';
import { registryUrlAt } from './registry-url.ts';
import { spawnTied } from './tied-process.ts';

const version = '3.0.9';

const apicurio: MavenServer = {
  name: 'The schema registry',
  folder: `apicurio-${version}`,
  part: 'schema-registry',
  what: 'Apicurio, 109 MB',
  orElse: 'do without: SCHEMA_REGISTRY=off',
  goal: (folder) => [
    unpackGoal,
    `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`,
    `-DoutputDirectory=${folder}`,
  ],
};

export interface SchemaRegistryServerOptions extends StartHooks {
  dataDir: string;
  port: number;
  logFile: string;
  /** The data are disposable, so the registry is killed when its parent dies. */
  isThrowAway?: boolean;
}

const jvm = ['-Xms32m', '-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export interface SchemaRegistryServer extends Engine {
  /** The URL of its Confluent-compatible API. */
  readonly url: string;
}

/**
 * Starts an Apicurio registry on 127.0.0.1 that keeps its data in one file. The first time it downloads the registry.
 */
export const startSchemaRegistry = async (
  options: SchemaRegistryServerOptions,
): Promise<SchemaRegistryServer> => {
  const { dataDir, port, logFile, isThrowAway } = options;
  const files = await ensureFetched(apicurio, options);
  await mkdir(dataDir, { recursive: true });
  const settings = {
    'apicurio.storage.kind': 'sql',
    'apicurio.storage.sql.kind': 'h2',
    'apicurio.datasource.url': `jdbc:h2:file:${join(dataDir, 'registry')}`,
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    'quarkus.http.access-log.enabled': false,
  };
  const args = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const jar = join(files, `apicurio-registry-app-${version}-runner.jar`);
  const child = await withLog(logFile, (fd) =>
    spawnTied('java', [...jvm, ...args, '-jar', jar], {
      cwd: dataDir,
      stdio: ['ignore', fd, fd],
      deathSignal: isThrowAway ? 'SIGKILL' : 'SIGTERM',
    }),
  );
  const engine = await asEngine(child, 'SIGTERM');
  const url = registryUrlAt(port);
  const client = createSchemaRegistry({ url, timeoutMs: 2_000 });
  const isReady = () =>
    client.listSubjects().then(
      () => true,
      () => false,
    );
  await untilReady(engine, { ...options, name: 'Schema registry', timeoutMs: 60_000, isReady });
  return { ...engine, url };
};
