import { planRequest } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import { publishPass, type PublishPassDeps } from './publish-pass.ts';

const row = (seq: number, key = `k${seq}`): UnsentRow => ({
  ...{ place: `(0,${seq})`, id: String(seq), topic: 't', key, sequence: '1', eventType: 'T' },
  ...{ payload: '{}', headers: {}, bucket: 1, seq: String(seq), attempts: 0, createdAtMs: 0 },
});

/** A table of rows and a broker, with everything that happens written down in order. */
const setUp = (rows: UnsentRow[], changes: Partial<PublishPassDeps> = {}) => {
  const log: string[] = [];
  const ids = (some: readonly UnsentRow[]) => some.map(({ id }) => id).join();
  const deps: PublishPassDeps = {
    batchRows: 2,
    readUnsent: async (cursors, limit) => {
      const after = Number(cursors.get(1));
      const found = rows.filter(({ seq }) => Number(seq) > after).slice(0, limit);
      log.push(`read ${ids(found)}`);
      await Promise.resolve();
      return found;
    },
    plan: (some) =>
      planRequest(some, {
        ...{ partitionOf: () => 0, isBlocked: () => false, isResting: () => false },
        ...{ maxMessageBytes: 10_000, maxPartBytes: 10_000, maxPartRows: 100 },
      }),
    send: (_, parts) => {
      const sent = parts.flatMap((part) => part.rows);
      log.push(`send ${ids(sent)}`);
      return Promise.resolve(sent.map((each) => ({ row: each, partition: 0, offset: 0n })));
    },
    markSent: (_, sent) => {
      log.push(`mark ${ids(sent.map(({ row: each }) => each))}`);
      return Promise.resolve(true);
    },
    markWaiting: () => Promise.resolve(),
    onRefused: () => Promise.resolve(),
    refusalReason: () => undefined,
    onSent: () => undefined,
    mayGoOn: () => true,
    takeWakeUp: () => false,
    ...changes,
  };
  return { log, run: () => publishPass(deps, { epoch: 1n, buckets: [1] }) };
};

test('reads on while a request is on the wire, until a read comes back thin', async () => {
  const { log, run } = setUp([1, 2, 3, 4, 5].map((seq) => row(seq)));
  expect(await run()).toBe(5);
  expect(log.filter((line) => line.startsWith('send'))).toEqual(['send 1,2', 'send 3,4,5']);
  expect(log.indexOf('read 3,4,5')).toBeLessThan(log.indexOf('mark 1,2'));
});

test('what was read ahead is thrown away when the batch before it fails', async () => {
  const { log, run } = setUp(
    [1, 2, 3, 4].map((seq) => row(seq)),
    {
      send: () => Promise.reject(new Error('away')),
    },
  );
  await expect(run()).rejects.toThrow('away');
  expect(log).toEqual(['read 1,2', 'read 3,4']);
});

test('a read ahead that fails does not hide that the batch before it was sent and marked', async () => {
  let reads = 0;
  const { log, run } = setUp([], {
    readUnsent: () => {
      reads += 1;
      return reads === 1 ? Promise.resolve([row(1), row(2)]) : Promise.reject(new Error('gone'));
    },
  });
  await expect(run()).rejects.toThrow('gone');
  expect(log).toEqual(['send 1,2', 'mark 1,2']);
});

test('a mark that finds its epoch ended ends the pass, and nothing more is sent', async () => {
  const { log, run } = setUp(
    [1, 2, 3, 4, 5, 6, 7].map((seq) => row(seq)),
    {
      markSent: () => Promise.resolve(false),
    },
  );
  await expect(run()).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(log.filter((line) => line.startsWith('send')).length).toBeLessThanOrEqual(2);
});

test('a wake-up while sending is answered by another read in the same pass', async () => {
  const rows = [row(1)];
  const wakeUps = [true, false];
  const { log, run } = setUp(rows, {
    batchRows: 100,
    takeWakeUp: () => {
      if (wakeUps[0]) rows.push(row(2));
      return wakeUps.shift() ?? false;
    },
  });
  expect(await run()).toBe(2);
  expect(log).toEqual(expect.arrayContaining(['send 1', 'send 2', 'mark 1', 'mark 2']));
});
