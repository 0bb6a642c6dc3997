import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkout } from './folders.ts';
import { composeJobs, localJobs, prometheusFiles } from './prometheus-files.ts';
import { loadSettings } from './local/settings.ts';
import { topologyOf } from './local/topology.ts';

const read = (path: string) => readFileSync(join(checkout, path), 'utf8');

test.each([...prometheusFiles()])(
  '%s is what the manifests say (make gen writes it)',
  (path, content) => {
    expect(read(path)).toBe(content);
  },
);

test('each process of make up is scraped once', () => {
  const settings = loadSettings({ LOMS_HTTP_PORT: '18084' });
  const targets = localJobs(settings).flatMap((job) => job.targets ?? []);
  const processes = topologyOf(settings).filter(({ kind }) => kind === 'service');
  expect(targets).toHaveLength(processes.length);
  expect(new Set(targets).size).toBe(targets.length);
  expect(targets).toContain('127.0.0.1:18084');
});

test('in containers the same jobs are scraped, where compose.yaml lets them listen', () => {
  const { services } = parse(read('deploy/compose/compose.yaml'), {
    merge: true,
    maxAliasCount: -1,
  }) as { services: Record<string, { environment?: Record<string, unknown> }> };
  const jobs = composeJobs();
  expect(jobs.map(({ name }) => name)).toEqual(localJobs(loadSettings({})).map((job) => job.name));
  for (const { name, targets, replicas } of jobs) {
    const port = services[name]?.environment?.['HTTP_PORT'];
    expect([name, targets ?? replicas]).toEqual([
      name,
      replicas === undefined ? [`${name}:${String(port)}`] : { host: name, port },
    ]);
  }
});
