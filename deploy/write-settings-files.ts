// `make gen`: writes the templates of deploy/env from the services' settings, what Prometheus scrapes from their
// manifests, the dashboards, and the manifests for Kubernetes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from './folders.ts';
import { grafanaFiles } from './grafana/grafana-files.ts';
import { k8sFiles } from './k8s/k8s-files.ts';
import { prometheusFiles } from './prometheus-files.ts';
import { settingsFiles } from './settings-files.ts';

for (const [path, content] of [
  ...(await settingsFiles()),
  ...prometheusFiles(),
  ...grafanaFiles(),
  ...k8sFiles(),
]) {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
}
