// `make gen`: writes the templates of deploy/env from the services' settings, and what Prometheus scrapes from their
// manifests.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from './folders.ts';
import { prometheusFiles } from './prometheus-files.ts';
import { settingsFiles } from './settings-files.ts';

for (const [path, content] of [...(await settingsFiles()), ...prometheusFiles()]) {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
}
