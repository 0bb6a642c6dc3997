import { waitFor } from '../testing/wait-for.ts';
import { alive, createLocalSystem, type LocalSystem } from '../testing/engines/local-system.ts';
import { startProcess } from '../testing/engines/process.ts';

let system: LocalSystem;

beforeEach(async () => {
  system = await createLocalSystem({ SCHEMA_REGISTRY: 'on' });
});
afterEach(() => system.close());

const stateOf = (name: string) => system.state().parts.find((part) => part.name === name)?.state;

const makeSchemas = async (...args: string[]) => {
  const shown = startProcess({
    name: 'make schemas',
    entry: 'deploy/show-schemas.ts',
    args,
    env: system.env,
  });
  const { code } = await shown.exit;
  return { code, output: shown.lines.join('\n') };
};

test('the schema registry comes up last; nobody waits for it, and it leaves nothing behind', async () => {
  expect(await makeSchemas()).toMatchObject({
    code: 1,
    output: expect.stringContaining('Start the system first (make up'),
  });
  expect(await system.run('up', '-d')).toMatchObject({
    code: 0,
    output: expect.stringContaining('make schemas'),
  });
  expect(stateOf('schemas')).not.toBe('done');
  // the registry is still starting
  const pids = system.pids();
  expect(await system.run('down')).toMatchObject({ code: 0 });
  expect(alive(pids)).toEqual([]);

  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  await waitFor(() => stateOf('schemas') === 'done', { what: 'schemas', timeoutMs: 120_000 });
  const list = await makeSchemas();
  expect(list.output).toMatch(/^loms\.order-events-value +loms\.order-events +1 +\d+ +BACKWARD$/m);
  const { output } = await makeSchemas('loms.order-events-value');
  expect(JSON.parse(output)).toMatchObject({ title: 'loms.v1.OrderStatusChanged' });
  expect((await system.run('ps')).output).toMatch(/^schema-registry +\d+ +ready +\d+ +yes +0$/m);

  const all = system.pids();
  process.kill(system.state().supervisor, 'SIGKILL');
  await waitFor(() => alive(all).length === 0, { what: 'all processes gone', timeoutMs: 60_000 });
});
