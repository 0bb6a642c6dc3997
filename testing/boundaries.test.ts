import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../deploy/folders.ts';

// for each rule, an import that it must refuse
const broken: Record<string, [from: string, to: string]> = {
  'platform-base-knows-nothing': ['platform/base/a.ts', 'platform/database/b.ts'],
  'platform-database-knows-base': ['platform/database/a.ts', 'platform/messaging/b.ts'],
  'platform-proto-knows-base': ['platform/proto/a.ts', 'platform/database/b.ts'],
  'platform-cli-knows-base-proto': ['platform/cli/a.ts', 'platform/serving/rpc/c.ts'],
  'platform-cache-knows-base': ['platform/cache/a.ts', 'platform/database/b.ts'],
  'platform-serving-knows-base-database-proto': [
    'platform/serving/a.ts',
    'platform/messaging/outbox/b.ts',
  ],
  'platform-messaging-knows-base-database-proto': [
    'platform/messaging/a.ts',
    'platform/serving/rpc/b.ts',
  ],
  'services-do-not-import-each-other': ['services/loms/a.ts', 'services/order/b.ts'],
  'platform-knows-no-service': ['platform/base/c.ts', 'services/loms/b.ts'],
  'product-code-knows-no-tests-and-tools': ['services/loms/c.ts', 'testing/b.ts'],
  'what-tests-share-knows-no-program': ['testing/a.ts', 'tools/b.ts'],
  'nobody-imports-a-test': ['bench/a.ts', 'platform/base/b.test.ts'],
  'domain-is-pure': ['services/loms/domain/a.ts', 'platform/base/d.ts'],
  'use-cases-know-no-server': ['services/loms/usecases/a.ts', 'services/loms/consumers/b.ts'],
  'servers-and-stores-know-no-wiring': ['services/loms/timers/a.ts', 'services/loms/main.ts'],
  'servers-and-stores-know-no-settings': ['services/loms/store/a.ts', 'services/loms/config.ts'],
  'the-image-does-without-local-processes': ['deploy/migrate.ts', 'deploy/local/a.ts'],
  'the-page-of-ops-knows-only-itself': ['services/ops/page/a.ts', 'platform/base/e.ts'],
  'the-page-of-ops-bundles-nothing-of-protobuf': ['services/ops/page/b.ts', 'gen/ops/c.ts'],
  'one-place-knows-kafkajs': ['services/loms/d.ts', 'node_modules/kafkajs/index.js'],
  'one-place-knows-ioredis': ['services/loms/d.ts', 'node_modules/ioredis/index.js'],
  'one-place-knows-opentelemetry': [
    'services/loms/d.ts',
    'node_modules/@opentelemetry/api/index.js',
  ],
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'inorder-boundaries-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const write = async (path: string, text: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text, { flag: 'a' });
};

interface Report {
  summary: {
    violations: { from: string; to: string; rule: { name: string } }[];
    ruleSetUsed: { forbidden: { name: string }[] };
  };
}

const cruise = async (): Promise<Report['summary']> => {
  for (const file of ['.dependency-cruiser.js', 'tsconfig.json']) {
    await cp(join(checkout, file), join(root, file));
  }
  await write('package.json', '{ "type": "module" }');
  const command = join(checkout, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [command, '--config', '.dependency-cruiser.js', '--output-type', 'json', '.'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  return (JSON.parse(stdout) as Report).summary;
};

test('each rule of the boundaries refuses an import that breaks it', async () => {
  for (const [from, to] of Object.values(broken)) {
    await write(to, 'export const value = 1;\n');
    const [, library] = /^node_modules\/((?:@\w+\/)?\w+)/.exec(to) ?? [];
    const path = relative(dirname(from), to);
    const specifier = library ?? (path.startsWith('.') ? path : `./${path}`);
    await write(from, `import '${specifier}';\n`);
  }
  for (const name of ['kafkajs', 'ioredis', '@opentelemetry/api'])
    await write(`node_modules/${name}/package.json`, `{ "name": "${name}", "main": "index.js" }`);
  await write('platform/base/x.ts', `import './y.ts';\n`);
  await write('platform/base/y.ts', `import './x.ts';\n`);

  const { violations, ruleSetUsed } = await cruise();

  const found = violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
  for (const [rule, [from, to]] of Object.entries(broken)) {
    expect(found).toContain(`${rule}: ${from} -> ${to}`);
  }
  expect(found).toContain('no-cycles: platform/base/x.ts -> platform/base/y.ts');
  expect(ruleSetUsed.forbidden.map(({ name }) => name).sort()).toEqual(
    ['no-cycles', ...Object.keys(broken)].sort(),
  );
});
