// `make gen`: writes the templates of deploy/env, generated from the services' settings.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from './folders.ts';
import { settingsFiles } from './settings-files.ts';

for (const [path, content] of await settingsFiles()) {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
}
