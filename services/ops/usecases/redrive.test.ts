import { AppError } from '#platform/base/errors.ts';
import { createSources } from '../domain/sources.ts';
import type { DoneOperation } from './operation.ts';
import { redrive, type KeyOfTopic, type RedriveDeps, type RedriveInput } from './redrive.ts';

const now = new Date('2026-11-21T14:10:00Z');
// up to now, with its millisecond
const next = new Date(now.getTime() + 1);
const keyOf = (key: string): KeyOfTopic => ({ topic: 't', key });
const input = (asked: Partial<RedriveInput>): RedriveInput => ({
  actor: 'anna',
  source: '',
  topic: '',
  key: '',
  reason: '',
  maxKeys: 2,
  dryRun: false,
  failedFrom: undefined,
  failedBefore: undefined,
  ...asked,
});

const setUp = (failed: string[], deps: Partial<RedriveDeps> = {}) => {
  const kept: DoneOperation[] = [];
  const woken: string[] = [];
  const run = redrive({
    sources: createSources(['loms']),
    loadNow: () => Promise.resolve(now),
    selectFailedKeys: (_, __, limit) => Promise.resolve(failed.slice(0, limit).map(keyOf)),
    countHeld: (_, keys) => Promise.resolve({ failed: keys.length, waiting: 1 }),
    findDone: () => Promise.resolve(undefined),
    redriveKeys: (_, { keys }, entry) => {
      const released = keys.map((key) => ({ ...key, failed: 1, waiting: 2 }));
      const operation = entry(released);
      kept.push(operation);
      return Promise.resolve({ id: operation.id, changed: operation.changed });
    },
    keepOperation: (operation) => {
      kept.push(operation);
      return Promise.resolve();
    },
    wakePublisher: (source) => void woken.push(source),
    newId: () => 'id',
    now: () => now,
    ...deps,
  });
  return { run, kept, woken };
};

test('one batch is released, kept and announced; the answer says how to go on', async () => {
  const { run, kept, woken } = setUp(['1', '2', '3']);
  const answer = await run(input({ topic: 't' }));
  expect(answer).toEqual({
    operationId: 'id',
    keys: [keyOf('1'), keyOf('2')],
    failedRows: 2,
    waitingRows: 4,
    hasMore: true,
    asOf: next,
  });
  expect(kept).toMatchObject([
    { actor: 'anna', operation: 'redrive', source: 'loms', affectedRows: 6, outcome: 'done' },
  ]);
  expect(woken).toEqual(['loms']);
});

test('a dry run counts all, changes nothing and is kept as one', async () => {
  const { run, kept, woken } = setUp(['1', '2', '3'], {
    redriveKeys: () => Promise.reject(new Error('a dry run changed something')),
  });
  const answer = await run(input({ topic: 't', dryRun: true }));
  expect(answer).toMatchObject({ failedRows: 3, waitingRows: 1, hasMore: false });
  expect(kept).toMatchObject([{ dryRun: true, affectedRows: 4 }]);
  expect(woken).toEqual([]);
});

test.each([
  ['a time to come', new Date('2026-11-21T18:00:00Z'), next],
  ['one that is past', new Date('2026-11-21T14:00:00Z'), new Date('2026-11-21T14:00:00Z')],
])('up to %s: what fails again from now on is left alone', async (_, failedBefore, asOf) => {
  const taken: Date[] = [];
  const { run } = setUp([], {
    selectFailedKeys: (__, selection) => {
      taken.push(selection.failedBefore);
      return Promise.resolve([]);
    },
  });
  expect(await run(input({ failedBefore }))).toMatchObject({ asOf });
  expect(taken).toEqual([asOf]);
});

test('where nothing fits nobody is woken', async () => {
  const { run, kept, woken } = setUp([]);
  expect(await run(input({ key: '9' }))).toMatchObject({ keys: [], hasMore: false });
  expect(kept).toMatchObject([{ affectedRows: 0, outcome: 'nothing matched' }]);
  expect(woken).toEqual([]);
});

test.each([
  ['nothing is chosen', {}, 'selection-missing'],
  ['the source is unknown', { key: '1', source: 'nobody' }, 'source-unknown'],
])('when %s nothing is done', async (_, asked, reason) => {
  const { run, kept } = setUp(['1']);
  await expect(run(input(asked))).rejects.toMatchObject({ kind: 'invalid', reason });
  expect(kept).toEqual([]);
});

test('with several sources one must be named', async () => {
  const { run } = setUp(['1'], { sources: createSources(['loms', 'order']) });
  await expect(run(input({ key: '1' }))).rejects.toMatchObject({ reason: 'source-missing' });
  expect(await run(input({ key: '1', source: 'order' }))).toMatchObject({ failedRows: 1 });
});

test('what another one at work was in the way of is tried again, three times in all', async () => {
  let calls = 0;
  const busy = new AppError('conflict', 'database-conflict', 'Busy');
  const failTimes = (times: number) =>
    setUp(['1'], {
      redriveKeys: (_, __, entry) => {
        calls += 1;
        return calls <= times
          ? Promise.reject(busy)
          : Promise.resolve({ id: 'id', changed: entry([]).changed });
      },
    }).run(input({ key: '1' }));
  expect(await failTimes(2)).toMatchObject({ keys: [] });
  calls = 0;
  await expect(failTimes(3)).rejects.toBe(busy);
});
