import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  GetTimelineResponseSchema,
  OpsService,
  RedriveResponseSchema,
  type RedriveRequest,
} from '#gen/ops/v1/ops_pb.ts';
import { createOpsProgram } from '../../../testing/ops/ops-program.ts';

const lookedAt = timestampFromDate(new Date('2026-11-21T14:00:00.123Z'));

const sourcesOf: Record<string, string[]> = { '42': ['loms'], '43': ['loms', 'order'] };

/** The command line with an ops that finds two orders to redrive, and notes what it is asked. */
const setUp = (answers: { isYes: boolean }) => {
  const asked: RedriveRequest[] = [];
  const { run } = createOpsProgram(
    ({ rpc }) => {
      rpc(OpsService.method.redrive, (request) => {
        asked.push(request);
        return create(RedriveResponseSchema, { keys: 2, failedRows: 2, asOf: lookedAt });
      });
      rpc(OpsService.method.getTimeline, ({ key }) =>
        create(GetTimelineResponseSchema, {
          entries: (sourcesOf[key] ?? []).map((source) => ({ event: { source, key } })),
        }),
      );
    },
    { ask: () => Promise.resolve(answers.isYes) },
  );
  return { asked, run };
};

test('what is redriven is what was agreed on: nothing that failed since', async () => {
  const { asked, run } = setUp({ isYes: true });
  await run('redrive', '--topic', 'loms.order-events');
  expect(asked.map(({ dryRun }) => dryRun)).toEqual([true, false]);
  expect(asked[1]?.failedBefore).toEqual(lookedAt);
});

test('without a yes nothing is redriven', async () => {
  const { asked, run } = setUp({ isYes: false });
  await expect(run('redrive', '--topic', 'loms.order-events')).rejects.toMatchObject({
    message: 'Nothing was changed.',
    exitCode: 1,
  });
  expect(asked).toMatchObject([{ dryRun: true }]);
});

test.each([
  [['--key', '42'], 'redrive', '--key'],
  [['--server', 'http://elsewhere'], 'discard', '--server'],
])(
  'dead-letters %j before %s is refused: it would not be heeded',
  async (before, command, flag) => {
    const args = ['dead-letters', ...before, command, 'x', '--reason', 'x', '--consumer', 'c'];
    await expect(setUp({ isYes: true }).run(...args)).rejects.toMatchObject({
      message: `Say ${flag} behind ${command}, not before it.`,
      exitCode: 2,
    });
  },
);

test.each([
  ['42', 'loms'],
  ['43', ''],
])('order %s says itself whose outbox is meant: %p', async (order, source) => {
  const { asked, run } = setUp({ isYes: true });
  await run('redrive', order);
  expect(asked).toMatchObject([{ key: order, source }]);
});

test('an order without events is not sent to be redriven', async () => {
  const { asked, run } = setUp({ isYes: true });
  await expect(run('redrive', '44')).rejects.toThrow('There is no event of order 44');
  expect(asked).toEqual([]);
});
