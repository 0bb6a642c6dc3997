import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../deploy/folders.ts';
import { createLocalSystem } from '../testing/engines/local-system.ts';
import { findFreePort } from '../testing/free-port.ts';
import { waitFor } from '../testing/wait-for.ts';

const exec = promisify(execFile);
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'inorder-new-service-'));
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await exec('git', args, { cwd: checkout, maxBuffer: 16 * 1024 * 1024 });
  for (const file of stdout.split('\n').filter(Boolean)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    // the file may have been deleted without the deletion being committed
    await cp(join(checkout, file), join(root, file)).catch(() => undefined);
  }
  await symlink(join(checkout, 'node_modules'), join(root, 'node_modules'));
  await mkdir(join(root, '.inorder'));
  await symlink(join(checkout, '.inorder/cache'), join(root, '.inorder/cache'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (command: string, ...args: string[]): Promise<string> => runWith({}, command, args);

const runWith = async (
  extraEnv: Readonly<Record<string, string>>,
  command: string,
  args: readonly string[],
): Promise<string> => {
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    ...extraEnv,
    HOME,
    PATH: `${join(root, 'node_modules/.bin')}:${PATH}`,
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
  };
  const options = { cwd: root, env, maxBuffer: 16 * 1024 * 1024 };
  const { stdout, stderr } = await exec(command, args, options).catch((error: unknown) => {
    const { stdout: said = '', stderr: faults = '' } = error as {
      stdout?: string;
      stderr?: string;
    };
    throw new Error(`${command} ${args.join(' ')} failed:\n${said}\n${faults}`);
  });
  return stdout + stderr;
};

const jest = (project: string, paths: string): Promise<string> =>
  run(
    ...(['node', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'] as const),
    ...['--selectProjects', project, '--testPathPatterns', paths],
  );

test('a new service passes the check and its own tests as it is made, and touches two places beside its own', async () => {
  const before = new Map(
    await Promise.all(
      ['deploy/topics.yaml', 'deploy/compose/compose.yaml'].map(
        async (path) => [path, await readFile(join(root, path), 'utf8')] as const,
      ),
    ),
  );
  const said = await run('node', 'tools/new-service.ts', 'demo');
  expect(said).toContain(`Changed beside them: ${[...before.keys()].join(' and ')} `);
  await expect(run('node', 'tools/new-service.ts', 'demo')).rejects.toThrow('is there already');
  await expect(run('node', 'tools/new-service.ts', 'My-Shop')).rejects.toThrow(
    'make service name=',
  );

  // no other TypeScript has changed, and tsc follows what these files import
  const own = { extends: './tsconfig.json', include: ['services/demo', 'gen/demo'] };
  await writeFile(join(root, 'tsconfig.demo.json'), JSON.stringify(own));
  await run('tsc', '-p', 'tsconfig.demo.json', '--incremental', 'false');
  await run('eslint', 'services/demo');
  await run('prettier', '--check', 'services/demo', 'deploy');
  await run('buf', 'lint');
  await run('depcruise', '--config', '.dependency-cruiser.js', 'platform', 'services');
  await jest('unit', '/(deploy|e2e/readme|testing/glossary)');
  expect(await jest('int', 'services/demo')).toContain('1 passed, 0 failed');
  // the tools are slow beside other tests
}, 1_800_000);

test('by the commands of its guide its first event is in Kafka, and its outbox is shown', async () => {
  const guide = await readFile(join(root, 'docs/new-service.md'), 'utf8');
  const [, firstEvent = ''] = /^Then a first event.*?^```sh\n(.*?)^```/ms.exec(guide) ?? [];
  const system = await createLocalSystem({
    DEMO_HTTP_PORT: String(await findFreePort()),
    DEMO_GRPC_PORT: String(await findFreePort()),
  });
  const { DEMO_HTTP_PORT = '', OPS_HTTP_PORT = '' } = system.env;
  const env = { ...system.env, INORDER_OPS: `http://127.0.0.1:${OPS_HTTP_PORT}` };
  try {
    const said = await runWith(env, 'node', ['deploy/local/up.ts', '-d']);
    expect(said).toContain(`http://127.0.0.1:${DEMO_HTTP_PORT}`);
    const [create = '', consume = '', status = ''] = firstEvent.trim().split('\n');
    const type = (line: string) => runWith(env, 'bash', ['-c', line]);
    const created = await type(create.replace('localhost:9120', `localhost:${DEMO_HTTP_PORT}`));
    expect(created).toMatch(/^{"item_id":"[0-9a-f-]{36}"}$/);
    // the packages are those of the checkout, and make must not install them again
    const look = consume.replace('make ', 'make -o node_modules/.package-lock.json ');
    const message = await waitFor(() => type(look), { what: 'the first event in Kafka' });
    expect(message).toMatch(/^demo\.item-created \d\/0 · key /);
    expect(message).toContain('demo.v1.ItemCreated · sequence 1 ·');
    expect(await type(status)).toContain('source demo\nEverything is sent.');
  } finally {
    await runWith(env, 'node', ['deploy/local/down.ts']);
    await system.close();
  }
});
