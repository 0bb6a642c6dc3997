import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  OpsService,
  type RedriveDeadLettersRequest,
  type RedriveRequest,
} from '#gen/ops/v1/ops_pb.ts';
import type { IgnoreCauseRequest } from '#gen/ops/v1/stuck_pb.ts';
import { createOpsProgram } from '../../../testing/ops/ops-program.ts';

const since = timestampFromDate(new Date('2026-11-30T09:00:00Z'));
const group = { service: 'loms', topic: 'loms.order-events', since, newest: since, orders: 7 };
const groups = [
  {
    ...group,
    cause: 'failed',
    kind: 'FAILED',
    reason: "it's too large",
    sample: ['1', '2', '3', '4', '5', '6'],
    failedAgain: 2,
    says: '7 orders of loms have an event that cannot be sent.',
  },
  { ...group, cause: 'given up', kind: 'DEAD_LETTER', consumer: 'notifier', reason: 'no paint' },
  { ...group, cause: 'parked', kind: 'PARKED', consumer: 'notifier', reason: 'busy' },
  {
    ...group,
    ...{ cause: 'saga', kind: 'SAGA', service: 'booking', topic: '', sample: ['o-1'] },
    ...{ reason: 'Ticket issued', owedBy: 'ticket', says: 'ticket owes the step.' },
  },
];
const ignored = [{ ...group, cause: 'old', kind: 'FAILED', reason: 'old', ignoredBy: 'ben' }];

/** The command line with what is stuck above; it notes what ops is asked to change. */
const setUp = (nothing: boolean = false) => {
  const redrives: RedriveRequest[] = [];
  const letters: RedriveDeadLettersRequest[] = [];
  const ignores: IgnoreCauseRequest[] = [];
  const program = createOpsProgram(({ rpc }) => {
    rpc(OpsService.method.listStuck, () => (nothing ? {} : { groups, ignored }));
    rpc(OpsService.method.redrive, (request) => {
      redrives.push(request);
      return { keys: 7, failedRows: 7, operationId: 'op-1' };
    });
    rpc(OpsService.method.redriveDeadLetters, (request) => {
      letters.push(request);
      return { letters: 7, keys: 7 };
    });
    rpc(OpsService.method.ignoreCause, (request) => {
      ignores.push(request);
      return { operationId: 'op-2' };
    });
  });
  const causeOf = async (word: string): Promise<string> => {
    const { said, run } = setUp();
    await run('stuck');
    return new RegExp(`^([0-9a-f]{8})  ${word}`, 'm').exec(said.join('\n'))?.[1] ?? 'none';
  };
  return { ...program, redrives, letters, ignores, causeOf };
};

test('each cause comes with how many, since when, some of them, and the command that deals with it', async () => {
  const { said, run } = setUp();
  await run('stuck');
  const [failed = '', letters = '', , saga = ''] = said[0]!.split('\n\n');
  expect(failed.split('\n')).toEqual([
    expect.stringMatching(/^[0-9a-f]{8} {2}FAILED {2}loms on loms.order-events: it's too large$/),
    '  7 orders of loms have an event that cannot be sent.',
    '  since 2026-11-30 09:00:00, the newest 2026-11-30 09:00:00 (UTC)',
    '  orders: 1, 2, 3, 4, 5, …',
    '  ! 2 of them failed again after a redrive: the cause is not mended.',
    `  ./inorder redrive --cause ${failed.slice(0, 8)}`,
  ]);
  expect(letters).toContain(`./inorder dead-letters redrive --cause ${letters.slice(0, 8)}`);
  expect(saga).toMatch(/SAGA {2}booking: Ticket issued\n {2}ticket owes the step./);
  expect(saga).toContain('./inorder timeline o-1');
  expect(said[1]).toContain('Ignored for a while:');
});

test('where nothing is stuck it says so', async () => {
  const { said, noted, run } = setUp(true);
  await run('stuck');
  expect([said, noted]).toEqual([['Nothing is stuck.'], []]);
});

test('a group is redriven by its cause: nothing but the group', async () => {
  const { redrives, letters, noted, causeOf, run } = setUp();
  await run('redrive', '--cause', await causeOf('FAILED'));
  const { topic } = group;
  expect(redrives).toMatchObject([
    { source: 'loms', topic, reason: "it's too large", dryRun: true },
    { source: 'loms', topic, reason: "it's too large", dryRun: false },
  ]);
  expect(noted).toContain('How far it is: ./inorder operation op-1 --follow');
  await run('dead-letters', 'redrive', '--cause', await causeOf('DEAD_LETTER'));
  const ofLetters = { consumer: 'notifier', topic, firstLine: 'no paint', reason: '' };
  expect(letters).toMatchObject([ofLetters, ofLetters]);
});

test.each([
  ['FAILED', ['dead-letters', 'redrive'], /is FAILED: .\/inorder redrive --cause/],
  ['DEAD_LETTER', ['redrive'], /is DEAD_LETTER: .\/inorder dead-letters redrive --cause/],
  ['PARKED', ['redrive'], /is PARKED: there is nothing to redrive/],
])('a cause of %s is refused by %j', async (kind, command, says) => {
  const { redrives, letters, causeOf, run } = setUp();
  const cause = await causeOf(kind);
  await expect(run(...command, '--cause', cause)).rejects.toThrow(says);
  expect([...redrives, ...letters]).toEqual([]);
});

test('a cause is ignored until a time, and then no longer', async () => {
  const { ignores, causeOf, run } = setUp();
  const cause = await causeOf('FAILED');
  const why = ['--reason', 'is being repaired'];
  await run('ignore', cause, '--until', '2h', ...why);
  await run('ignore', cause, '--end', ...why);
  expect(ignores).toMatchObject([{ actor: 'anna', cause: 'failed' }, { cause: 'failed' }]);
  expect(ignores.map(({ until }) => until && timestampDate(until).toISOString())).toEqual([
    '2026-11-30T12:00:00.000Z',
    undefined,
  ]);
});

test.each([
  [['ignore', 'failed', '--reason', 'why not'], /Say until when/, 2],
  [['ignore', 'gone', '--end', '--reason', 'why not'], /Nothing is stuck for the cause gone/, 1],
  [['redrive', '--cause', 'gone'], /Nothing is stuck for the cause gone/, 1],
])('%j is refused', async (args, says, exitCode) => {
  const { ignores, run } = setUp();
  await expect(run(...args)).rejects.toMatchObject({
    message: expect.stringMatching(says),
    exitCode,
  });
  expect(ignores).toEqual([]);
});
