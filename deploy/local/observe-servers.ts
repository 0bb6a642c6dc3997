import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../folders.ts';
import { localJobs, prometheusConfig } from '../prometheus-files.ts';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { ensureObservePrograms } from './observe-programs.ts';
import type { ObservePart } from './part.ts';
import { portOf, type LocalSettings, type PortSetting } from './settings.ts';
import { spawnTied } from './tied-process.ts';
import { startZipkin } from './zipkin.ts';

/** Starts a part of `make observe`, and resolves when it answers. The first time it is fetched or built. */
export const startObservePart = async (
  part: ObservePart,
  settings: LocalSettings,
  hooks: StartHooks & { logFile: string },
): Promise<Engine> => {
  const { name } = part;
  if (name === 'zipkin') return startZipkin({ port: settings.ZIPKIN_PORT, ...hooks });
  const folder = await ensureObservePrograms(hooks);
  const dataDir = join(settings.INORDER_HOME, name);
  await mkdir(dataDir, { recursive: true });
  const { port, args } = await commandOf[name](settings, dataDir);
  const listen = `-httpListenAddr=127.0.0.1:${portOf(settings, port)}`;
  const child = await withLog(hooks.logFile, (fd) =>
    spawnTied(join(folder, name), [listen, ...args], {
      cwd: dataDir,
      stdio: ['ignore', fd, fd],
      deathSignal: 'SIGTERM',
    }),
  );
  const engine = await asEngine(child, 'SIGTERM');
  const isReady = () => answers(`${urlOf(settings, port)}/health`);
  await untilReady(engine, { ...hooks, name, timeoutMs: 60_000, isReady });
  return engine;
};

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

const urlOf = (settings: LocalSettings, port: PortSetting): string =>
  `http://127.0.0.1:${portOf(settings, port)}`;

interface Command {
  port: PortSetting;
  args: readonly string[];
}

type CommandOf = (settings: LocalSettings, dataDir: string) => Promise<Command> | Command;

const kept = ['-retentionPeriod=7d', '-memory.allowedBytes=128MB'];

const commandOf: Readonly<Record<Exclude<ObservePart['name'], 'zipkin'>, CommandOf>> = {
  'victoria-metrics': async (settings, dataDir) => {
    const config = join(dataDir, 'prometheus.yaml');
    await writeFile(config, prometheusConfig(localJobs(settings)));
    return {
      port: 'VICTORIA_METRICS_PORT',
      args: [
        ...kept,
        `-storageDataPath=${join(dataDir, 'data')}`,
        `-promscrape.config=${config}`,
        // It leaves the rules to vmalert, and does not know the settings that name them.
        '-promscrape.config.strictParse=false',
        // Half a minute by default, by which all pictures would be late.
        '-search.latencyOffset=5s',
        `-vmui.customDashboardsPath=${join(checkout, 'deploy/grafana/vmui')}`,
        `-vmalert.proxyURL=${urlOf(settings, 'VMALERT_PORT')}`,
      ],
    };
  },
  vmalert: (settings) => {
    const metrics = urlOf(settings, 'VICTORIA_METRICS_PORT');
    return {
      port: 'VMALERT_PORT',
      args: [
        `-rule=${join(checkout, 'deploy/prometheus/alerts.yaml')}`,
        '-evaluationInterval=10s',
        '-rule.evalDelay=5s',
        `-datasource.url=${metrics}`,
        // It remembers here what it has seen before a restart.
        `-remoteWrite.url=${metrics}`,
        `-remoteRead.url=${metrics}`,
        '-notifier.blackhole',
        `-external.url=${urlOf(settings, 'VMALERT_PORT')}`,
      ],
    };
  },
  'victoria-logs': (_, dataDir) => ({
    port: 'VICTORIA_LOGS_PORT',
    args: [...kept, `-storageDataPath=${join(dataDir, 'data')}`],
  }),
  vlagent: (settings, dataDir) => {
    const logs = join(settings.INORDER_HOME, 'logs');
    return {
      port: 'VLAGENT_PORT',
      args: [
        `-tmpDataPath=${join(dataDir, 'data')}`,
        `-remoteWrite.url=${urlOf(settings, 'VICTORIA_LOGS_PORT')}/internal/insert`,
        `-fileCollector.glob=${join(logs, '*.log')}`,
        // What it and the other parts of make observe say would come round again and again.
        `-fileCollector.excludeGlob=${join(logs, '{victoria-*,vmalert,vlagent,zipkin,supervisor}.log')}`,
        '-fileCollector.timeField=time',
        '-fileCollector.msgField=msg',
        '-fileCollector.streamFields=service,file',
        '-fileCollector.refreshInterval=1s',
      ],
    };
  },
};
