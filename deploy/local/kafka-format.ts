import { randomBytes } from 'node:crypto';
import { access, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scramUsers, type KafkaSettings } from './kafka-settings.ts';
import { runTied } from './run-tied.ts';

/**
 * Creates a random cluster id. Its first byte is zero, so that it never begins with a dash, which Kafka would read as
 * an option.
 */
export const createClusterId = (): string =>
  Buffer.from([0, ...randomBytes(15)]).toString('base64url');

export interface FormatOptions {
  settings: KafkaSettings;
  /** The folder with Kafka's jars. */
  libs: string;
  /** The arguments of java before the class name. */
  java: readonly string[];
  /** The path of the broker's properties file. */
  properties: string;
}

/**
 * Formats a broker's data folder unless that has been done. Kafka's own tool needs a JVM for it; the feature levels
 * that it writes are the same for every broker, so they are cached and copied from the second time on.
 */
export const formatKafka = async (options: FormatOptions): Promise<void> => {
  const { settings, libs } = options;
  const data = join(settings.dataDir, 'data');
  if (await exists(join(data, 'meta.properties'))) return;
  const clusterId = settings.cluster?.clusterId ?? createClusterId();
  // the tool also writes the SCRAM users, which differ from broker to broker
  if (settings.secured !== undefined) return runTool(options, clusterId);
  const kept = `${libs}.checkpoint`;
  const checkpoint = join(data, 'bootstrap.checkpoint');
  if (!(await exists(kept))) {
    await runTool(options, clusterId);
    const half = `${kept}.${process.pid}.${randomBytes(4).toString('hex')}`;
    await copyFile(checkpoint, half);
    return rename(half, kept);
  }
  await mkdir(data, { recursive: true });
  await copyFile(kept, checkpoint);
  await writeFile(join(data, 'meta.properties'), metaProperties(settings, clusterId));
};

const metaProperties = ({ cluster }: KafkaSettings, clusterId: string): string =>
  [
    'version=1',
    `cluster.id=${clusterId}`,
    `node.id=${cluster?.nodeId ?? 1}`,
    `directory.id=${createClusterId()}`,
    '',
  ].join('\n');

const runTool = async (options: FormatOptions, clusterId: string): Promise<void> => {
  const { java, properties, settings } = options;
  const ids = ['-t', clusterId, '-c', properties];
  await runTied('java', [
    ...[...java, 'kafka.tools.StorageTool', 'format', '--ignore-formatted'],
    ...[...ids, ...scramUsers(settings)],
  ]);
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
