import { pino } from 'pino';
import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import { createHeldKeys } from '../domain/held-keys.ts';
import { planRequest } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createSeqFloor } from '../domain/seq-floor.ts';
import { createPublishPass, type PublishPassDeps } from './publish-pass.ts';
import { handleRefused } from './refused-rows.ts';

const row = (seq: number, key = `k${seq}`): UnsentRow =>
  unsentRow({ tupleId: `(0,${seq})`, id: String(seq), key, seq: String(seq) });

/** A table of rows and a broker, with everything that happens written down in order. */
type Hook = (ids: string) => void;
type Changes = Partial<PublishPassDeps> & { onRead?: Hook; onLook?: Hook };

const setUp = (rows: UnsentRow[], { onRead, onLook, ...changes }: Changes = {}) => {
  const log: string[] = [];
  const marked = new Set<string>();
  const ids = (some: readonly UnsentRow[]) => some.map(({ id }) => id).join();
  const deps: PublishPassDeps = {
    batchRows: 2,
    readUnsent: async ({ cursors, rowsPerBucket, bound = '999' }) => {
      const after = Number(cursors.get(1));
      const found = rows
        .filter(({ seq }) => Number(seq) > after && Number(seq) <= Number(bound))
        .filter(({ id }) => !marked.has(id))
        .slice(0, rowsPerBucket);
      log.push(`read ${ids(found)}`);
      await Promise.resolve();
      onRead?.(ids(found));
      return { rows: found, isCut: false };
    },
    readShort: ({ floor, limit }) => {
      const found = rows
        .filter(({ id, seq }) => Number(seq) > Number(floor) && !marked.has(id))
        .slice(0, limit);
      log.push(`look ${ids(found)}`);
      onLook?.(ids(found));
      return Promise.resolve({ rows: found, isCut: false });
    },
    floor: createSeqFloor(() => false),
    takeWakeUp: () => false,
    noteThin: () => undefined,
    monotonicMs: () => 0,
    boundEveryMs: 0,
    lots: {
      split: () => undefined,
      work: () => Promise.reject(new Error('there is one broker')),
      isAnyThere: () => Promise.resolve(true),
    },
    plan: (some) =>
      planRequest(some, {
        partitionOf: () => 0,
        isBlocked: () => false,
        isBackedOff: () => false,
        isPartitionBackedOff: () => false,
        maxMessageBytes: 10_000,
        maxPartBytes: 10_000,
        maxPartRows: 100,
      }),
    send: (_, parts) => {
      const sent = parts.flatMap((part) => part.rows);
      log.push(`send ${ids(sent)}`);
      return Promise.resolve(sent.map((each) => ({ row: each, partition: 0, offset: 0n })));
    },
    readBound: () => Promise.resolve(String(Math.max(0, ...rows.map(({ seq }) => Number(seq))))),
    markSent: (_, sent) => {
      for (const { row: each } of sent) marked.add(each.id);
      log.push(`mark ${ids(sent.map(({ row: each }) => each))}`);
      return Promise.resolve(true);
    },
    markWaiting: () => Promise.resolve(),
    claim: (_, parts) => Promise.resolve(parts),
    onRefused: () => Promise.resolve(),
    onUnsent: () => Promise.resolve(),
    faultOf: () => ({ kind: 'away' }),
    partitions: { isDoubtful: () => false, failed: () => undefined, written: () => undefined },
    onSent: () => undefined,
    ...changes,
  };
  const pass = createPublishPass(deps);
  return { log, floor: deps.floor, run: () => pass({ epoch: 1n, buckets: [1] }, () => true) };
};
const sends = (log: string[]) => log.filter((line) => line.startsWith('send'));

const rowsTo = (last: number) => Array.from({ length: last }, (_, i) => row(i + 1));

test('the first pass takes a bound; the next one reads on up to it while a request is on the wire', async () => {
  const { log, run } = setUp(rowsTo(9));
  expect((await run()).count).toBe(2);
  expect((await run()).count).toBe(7);
  expect(sends(log)).toEqual(['send 1,2', 'send 3,4', 'send 5,6,7,8', 'send 9']);
  expect(log.indexOf('read 5,6,7,8')).toBeLessThan(log.indexOf('mark 3,4'));
});

test('a row that commits during a pass is not overtaken by a later one of its key', async () => {
  // both keys lie in one bucket; a's first row has place 3 but commits only after place 4 was read,
  // and a's second row right behind it
  const rows = rowsTo(2);
  const { log, run } = setUp(rows, {
    onRead: (found) => {
      if (!found.includes('4') || rows.some(({ key }) => key === 'a')) return;
      rows.splice(2, 0, row(3, 'a'));
      rows.push(row(6, 'a'));
    },
  });
  await run();
  rows.push(row(4, 'b'), row(5, 'b'));
  for (let pass = 0; pass < 4; pass += 1) await run();
  const order = sends(log).flatMap((line) => line.slice(5).split(','));
  expect(order).toEqual(['1', '2', '4', '5', '3', '6']);
});

test('what was read ahead is thrown away when the batch before it fails', async () => {
  let sent = 0;
  const { log, run } = setUp(rowsTo(8), {
    send: (_, parts) => {
      sent += 1;
      if (sent > 1) return Promise.reject(new Error('away'));
      const rows = parts.flatMap((part) => part.rows);
      return Promise.resolve(rows.map((each) => ({ row: each, partition: 0, offset: 0n })));
    },
  });
  await run();
  await expect(run()).rejects.toThrow('away');
  const reads = log.filter((line) => line.startsWith('read'));
  expect(reads).toEqual(['read 1,2', 'read 3,4', 'read 5,6,7,8']);
});

test('a failed pass forgets its bound: the next one reads once and takes another', async () => {
  let isAway = true;
  const { log, run } = setUp(rowsTo(8), {
    markSent: (_, sent) => {
      log.push(`mark ${sent.length}`);
      return isAway ? Promise.reject(new Error('away')) : Promise.resolve(true);
    },
  });
  await expect(run()).rejects.toThrow('away');
  isAway = false;
  await run();
  expect(sends(log)).toEqual(['send 1,2', 'send 1,2']);
});

test('a mark that finds its epoch ended ends the pass, and nothing more is sent', async () => {
  const { log, run } = setUp(rowsTo(9), { markSent: () => Promise.resolve(false) });
  await expect(run()).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(sends(log)).toEqual(['send 1,2']);
});

test.each([
  ['sent', { send: () => Promise.reject(new Error('away')) }],
  ['marked', { markSent: () => Promise.reject(new Error('no answer')) }],
])('no attempt is counted for a row before the one that goes before it is %s', async (_, fault) => {
  const tooLarge = { ...row(2, 'a'), payload: 'x'.repeat(10_000) };
  const refused: string[] = [];
  const onRefused: PublishPassDeps['onRefused'] = (_epoch, { id }) => {
    refused.push(id);
    return Promise.resolve();
  };
  const rows = [row(1, 'a'), tooLarge];
  await expect(setUp(rows, { onRefused, ...fault }).run()).rejects.toThrow(Error);
  expect(refused).toEqual([]);
  await setUp(rows, { onRefused }).run();
  expect(refused).toEqual(['2']);
});

test('few rows: while the last ones are marked it looks again, and sends only what came since', async () => {
  const rows = rowsTo(1);
  const first = Promise.withResolvers<boolean>();
  let marks = 0;
  const { log, run } = setUp(rows, {
    batchRows: 20,
    // the mark of the first request ends only after the second look
    onLook: (found) => {
      if (found === '1,2') first.resolve(true);
    },
    takeWakeUp: () => rows.length < 2 && rows.push(row(2, 'k1')) > 0,
    markSent: () => {
      marks += 1;
      return marks === 1 ? first.promise : Promise.resolve(true);
    },
  });
  expect((await run()).count).toBe(2);
  expect(log).toEqual(['look 1', 'send 1', 'look 1,2', 'send 2']);
});

test('the floor rises to a bound of the pass before, and stays below a row that was left', async () => {
  const rows = rowsTo(3);
  const { run, floor } = setUp(rows, { batchRows: 20 });
  await run();
  expect(floor.of(1)).toBe('0');
  rows.push({ ...row(4), payload: 'x'.repeat(10_000) }, row(5));
  await run();
  expect(floor.of(1)).toBe('3');
  await run();
  expect(floor.of(1)).toBe('3');
  rows.splice(3, 1);
  await run();
  expect(floor.of(1)).toBe('5');
});

test('what a pass read through before a failure is not read again', async () => {
  const backedOff = new Set([0]);
  const isPartitionBackedOff = (_: string, partition: number) => backedOff.has(partition);
  const plan: PublishPassDeps['plan'] = (some) =>
    planRequest(some, {
      partitionOf: (_, key) => (key === 'k9' ? 1 : 0),
      isPartitionBackedOff,
      isBlocked: () => false,
      isBackedOff: () => false,
      maxMessageBytes: 10_000,
      maxPartBytes: 10_000,
      maxPartRows: 100,
    });
  const { run, floor } = setUp(rowsTo(12), {
    plan,
    floor: createSeqFloor(isPartitionBackedOff),
    send: () => Promise.reject(new Error('its partition cannot be written')),
    faultOf: () => ({ kind: 'partition' }),
  });
  await run();
  expect((await run()).count).toBe(1);
  expect([floor.of(1), floor.bottomOf(1)]).toEqual(['8', '0']);
});

test('where a FAILED row blocks nobody, the rows behind it still go in their order', async () => {
  const heldKeys = createHeldKeys();
  const large = { ...row(3, 'a'), payload: 'x'.repeat(10_000) };
  const rows = [...rowsTo(2), large, ...[4, 5, 6, 7].map((seq) => row(seq, 'a'))];
  const onRefused = handleRefused({
    refreshBlocked: () => undefined,
    policyOf: () => ({ kind: 'skip', maxAttempts: 1 }),
    recordAttempt: (_, { row: refused }) => {
      rows.splice(rows.indexOf(refused), 1);
      return Promise.resolve({ attempts: 1, hasFailed: true });
    },
    failedSends: { count: () => Promise.resolve() },
    heldKeys,
    monotonicMs: () => 0,
    backoff: { firstMs: 1, maxMs: 1 },
    countRefused: () => undefined,
    logger: pino({ level: 'silent' }),
  });
  const plan: PublishPassDeps['plan'] = (some) =>
    planRequest(some, {
      partitionOf: () => 0,
      isPartitionBackedOff: () => false,
      ...heldKeys,
      maxMessageBytes: 10_000,
      maxPartBytes: 10_000,
      maxPartRows: 100,
    });
  const { log, run } = setUp(rows, { onRefused, plan });
  // the second pass has read on behind the refused row by the time that it is FAILED
  for (let pass = 0; pass < 4; pass += 1) {
    heldKeys.endBackoffs(0);
    await run();
  }
  const order = sends(log).flatMap((line) => line.slice(5).split(','));
  expect(order).toEqual(['1', '2', '4', '5', '6', '7']);
});
