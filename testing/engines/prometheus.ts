import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTied } from '../../deploy/local/run-tied.ts';
import { spawnTied } from '../../deploy/local/tied-process.ts';
import { findFreePort } from '../free-port.ts';
import { waitFor } from '../wait-for.ts';

/** Resolves with the path of the installed program, or of the distribution's, which is fetched once. */
export const findPrometheus = async (name: 'prometheus' | 'promtool'): Promise<string> => {
  // what fetching has to say comes after it
  const [path = ''] = (await runTied(join(import.meta.dirname, 'find-prometheus'), [name])).split(
    '\n',
  );
  return path;
};

/** An alert of a running Prometheus. */
export interface Alert {
  name: string;
  state: 'pending' | 'firing';
  labels: Readonly<Record<string, string>>;
  summary: string;
}

/** The values of one line of a query over time. */
export type Line = readonly number[];

export interface RunningPrometheus {
  readonly url: string;
  alerts(): Promise<Alert[]>;
  /** Resolves with the labels of the exemplars that it has of this series or metric. */
  exemplars(query: string): Promise<Readonly<Record<string, string>>[]>;
  /** Asks a query for every second since the start, as a dashboard does; rejects when it is not understood. */
  linesOf(query: string): Promise<Line[]>;
  close(): Promise<void>;
}

/** Starts a real Prometheus with this configuration and these files beside it, by name. */
export const startPrometheus = async (
  config: string,
  files: Readonly<Record<string, string>>,
): Promise<RunningPrometheus> => {
  const folder = await mkdtemp(join(tmpdir(), `inorder-test-${process.pid}-prometheus-`));
  for (const [name, text] of Object.entries({ ...files, 'prometheus.yaml': config }))
    await writeFile(join(folder, name), text);
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const child = spawnTied(
    await findPrometheus('prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], deathSignal: 'SIGKILL' },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const isReady = async () => (await fetch(`${url}/-/ready`)).ok;
  await waitFor(isReady, { what: 'Prometheus to be ready', timeoutMs: 60_000 });
  const startedMs = Date.now();
  return {
    url,
    linesOf: (query) => linesSince(url, query, startedMs),
    alerts: async () => {
      const { data } = (await (await fetch(`${url}/api/v1/alerts`)).json()) as AlertsAnswer;
      return data.alerts.map(({ state, labels: { alertname = '', ...labels }, annotations }) => ({
        name: alertname,
        state,
        labels,
        summary: annotations['summary'] ?? '',
      }));
    },
    exemplars: async (query) => {
      const now = Date.now() / 1_000;
      const search = new URLSearchParams({ query, start: `${now - 3_600}`, end: `${now}` });
      const answer = await fetch(`${url}/api/v1/query_exemplars?${search.toString()}`);
      const { data } = (await answer.json()) as ExemplarsAnswer;
      return data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels));
    },
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

interface ExemplarsAnswer {
  data: { exemplars: { labels: Record<string, string> }[] }[];
}

const linesSince = async (url: string, query: string, startedMs: number): Promise<Line[]> => {
  const times = { start: `${startedMs / 1_000}`, end: `${Date.now() / 1_000}`, step: '1' };
  const response = await fetch(
    `${url}/api/v1/query_range?${new URLSearchParams({ query, ...times }).toString()}`,
  );
  if (!response.ok) throw new Error(`${query}: ${await response.text()}`);
  const { data } = (await response.json()) as RangeAnswer;
  return data.result.map(({ values }) => values.map(([, value]) => Number(value)));
};

interface RangeAnswer {
  data: { result: { values: [time: number, value: string][] }[] };
}

interface AlertsAnswer {
  data: {
    alerts: {
      state: Alert['state'];
      labels: Record<string, string>;
      annotations: Record<string, string>;
    }[];
  };
}
