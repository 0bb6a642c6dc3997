import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkout } from '../folders.ts';
import { scrapeTimes } from '../prometheus-files.ts';
import { anyOf, objectOf, type KubeObject } from './objects.ts';
import { processes } from './processes.ts';

const monitoring = 'monitoring.coreos.com/v1';
const seconds = (count: number) => `${count}s`;

/** What Prometheus scrapes: each process, under the name of its Service as the job, as elsewhere. */
const serviceMonitor = objectOf(
  { apiVersion: monitoring, kind: 'ServiceMonitor', name: 'inorder' },
  {
    spec: {
      selector: anyOf(processes.map(({ name }) => name)),
      endpoints: [
        {
          port: 'http',
          path: '/metrics',
          interval: seconds(scrapeTimes.intervalSeconds),
          scrapeTimeout: seconds(scrapeTimes.timeoutSeconds),
        },
      ],
    },
  },
);

const { groups } = parse(readFileSync(join(checkout, 'deploy/prometheus/alerts.yaml'), 'utf8')) as {
  groups: unknown;
};

/** The alerts of deploy/prometheus/alerts.yaml. */
const alerts = objectOf(
  { apiVersion: monitoring, kind: 'PrometheusRule', name: 'inorder' },
  { spec: { groups } },
);

export const monitors: readonly KubeObject[] = [serviceMonitor, alerts];
