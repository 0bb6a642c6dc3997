import {
  OpsService,
  type ListOperationsRequest,
  type RedriveEditedDeadLetterRequest,
} from '#gen/ops/v1/ops_pb.ts';
import { createOpsProgram } from '../../../testing/ops/ops-program.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The command line with an ops whose operation is so far at each look. */
const follow = (...looks: { waiting: number; failedAgain?: number; says: string }[]) =>
  createOpsProgram(({ rpc }) => {
    rpc(OpsService.method.getOperation, () => {
      const look = looks.length > 1 ? looks.shift() : looks[0];
      return { ...look, operation: { id, operation: 'redrive', arguments: '{}' } };
    });
  });

test('an operation is followed until nothing of it waits', async () => {
  const { said, noted, run } = follow(
    { waiting: 2, says: '1 of 3 events through' },
    { waiting: 2, says: '1 of 3 events through' },
    { waiting: 1, says: '2 of 3 events through' },
    { waiting: 0, says: 'All is through: 3 events.' },
  );
  await run('operation', id, '--follow');
  expect(noted).toEqual(['1 of 3 events through', '2 of 3 events through']);
  expect(said.join()).toMatch(/^All is through: 3 events.\n/);
});

test('without --follow it is shown as it is', async () => {
  const { said, run } = follow({ waiting: 2, says: '1 of 3 events through' });
  await run('operation', id);
  expect(said.join()).toMatch(/^1 of 3 events through\n/);
});

test('what failed again is a failure of the one who follows', async () => {
  const { run } = follow({ waiting: 0, failedAgain: 1, says: '2 of 3 events through' });
  await expect(run('operation', id, '--follow')).rejects.toThrow('Some failed again');
  await run('operation', id);
});

test('dry runs are listed only when they are asked for', async () => {
  const asked: ListOperationsRequest[] = [];
  const { said, run } = createOpsProgram(({ rpc }) =>
    rpc(OpsService.method.listOperations, (request) => {
      asked.push(request);
      return {};
    }),
  );
  await run('operations');
  await run('operations', '--dry-runs');
  expect(asked.map(({ withoutDryRuns }) => withoutDryRuns)).toEqual([true, false]);
  expect(said.join('\n')).toBe(
    'No operation fits. Dry runs are left out; --dry-runs lists them, too.\nNo operation fits.',
  );
});

test.each([
  ['{"a": 1}\n', '{"a": 1}'],
  ['{\n  "a": 1\n}\n\n', '{\n  "a": 1\n}'],
])('a letter is tried with the value of a file: %j', async (file, value) => {
  const asked: RedriveEditedDeadLetterRequest[] = [];
  const { said, noted, run } = createOpsProgram(
    ({ rpc }) =>
      rpc(OpsService.method.redriveEditedDeadLetter, (request) => {
        asked.push(request);
        return { consumer: 'notifier', eventId: id, key: '42', operationId: 'op-1' };
      }),
    { readText: (path) => Promise.resolve(path === '-' ? file : '') },
  );
  const edit = ['dead-letters', 'edit', id, '--reason', 'a wrong currency'];
  await run(...edit, '--value', '-');
  expect(asked).toMatchObject([{ eventId: id, value, actor: 'anna', dryRun: false }]);
  expect(said.join()).toContain(`notifier tries message ${id} of order 42 with this value now`);
  expect(noted).toEqual(['How far it is: ./inorder operation op-1 --follow']);
  await expect(run(...edit, '--value', 'empty.json')).rejects.toThrow('empty.json is empty.');
  expect(asked).toHaveLength(1);
});

test.each([
  ['json', '{"a": 1}'],
  ['text', 'a: 1'],
])('the value of a letter alone is printed as it was received: %s', async (valueForm, value) => {
  const { said, run } = createOpsProgram(({ rpc }) =>
    rpc(OpsService.method.getDeadLetter, () => ({ letter: { value, valueForm } })),
  );
  await run('dead-letters', 'show', id, '--only-value');
  expect(said).toEqual([value]);
});

test('a value that cannot be edited as text is not printed as one', async () => {
  const { said, run } = createOpsProgram(({ rpc }) =>
    rpc(OpsService.method.getDeadLetter, () => ({ letter: { value: '00ff', valueForm: 'hex' } })),
  );
  await expect(run('dead-letters', 'show', id, '--only-value')).rejects.toThrow('raw_value');
  expect(said).toEqual([]);
});
