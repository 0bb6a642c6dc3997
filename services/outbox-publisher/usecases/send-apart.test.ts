import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import type { UnsentRow } from '../domain/row.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import { sendApart } from './send-apart.ts';

const row = (key: string, seq: number): UnsentRow =>
  unsentRow({ id: `${key}-${seq}`, key, sequence: String(seq), bucket: 0, seq: String(seq) });

/** A broker that refuses every request in which one of these rows is, and cannot write some partitions. */
const run = async (parts: RequestPart[], refusedIds: string[], lostPartitions: number[] = []) => {
  const marked: string[] = [];
  const refused: string[] = [];
  const held: number[] = [];
  let requests = 0;
  const done = sendApart(
    {
      send: ([part]) => {
        requests += 1;
        if (lostPartitions.includes(part!.partition)) return Promise.reject(new Error('partition'));
        if (part!.rows.some(({ id }) => refusedIds.includes(id)))
          return Promise.reject(new Error('refused'));
        return Promise.resolve(part!.rows.map((each) => ({ row: each, partition: 0, offset: 0n })));
      },
      onSent: (sent) => {
        marked.push(...sent.map(({ row: { id } }) => id));
        return Promise.resolve();
      },
      isOnlyOneSilent: () => Promise.resolve(false),
      faultOf: (error) => {
        const { message } = error as Error;
        if (message === 'refused') return { kind: 'refused', reason: 'too-large' };
        return { kind: message === 'partition' ? 'partition' : 'away' };
      },
      onRefused: ({ id }) => {
        refused.push(id);
        return Promise.resolve();
      },
      partitions: {
        failed: ({ partition }) => void held.push(partition),
        written: () => undefined,
      },
    },
    parts,
  );
  const error: unknown = await done.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  return { marked, refused, held, requests, error };
};
const toPart = (rows: UnsentRow[], partition = 0): RequestPart => ({ topic: 't', partition, rows });

test('one row among many is found by halving; the others go out in order', async () => {
  const rows = Array.from({ length: 100 }, (_, i) => row(`k${i}`, i));
  const { marked, refused, requests } = await run([toPart(rows)], ['k77-77']);
  expect(refused).toEqual(['k77-77']);
  expect(marked).toEqual(rows.map(({ id }) => id).filter((id) => id !== 'k77-77'));
  expect(requests).toBeLessThan(20);
});

test('what follows a refused row under the same key stays behind', async () => {
  const rows = [row('a', 1), row('b', 2), row('a', 3), row('b', 4), row('a', 5), row('c', 6)];
  const { marked, refused } = await run([toPart(rows)], ['a-3']);
  expect(refused).toEqual(['a-3']);
  expect(marked).toEqual(['a-1', 'b-2', 'b-4', 'c-6']);
});

test('several refused rows of several keys are all found', async () => {
  const rows = [row('a', 1), row('b', 2), row('c', 3), row('d', 4)];
  const { marked, refused } = await run([toPart(rows)], ['a-1', 'd-4']);
  expect([marked, refused]).toEqual([
    ['b-2', 'c-3'],
    ['a-1', 'd-4'],
  ]);
});

test('a partition that cannot be written holds up no other', async () => {
  const parts = [toPart([row('a', 1)], 0), toPart([row('b', 2)], 1), toPart([row('c', 3)], 2)];
  const { marked, held, error } = await run(parts, [], [0]);
  expect(marked).toEqual(['b-2', 'c-3']);
  expect([held, error]).toEqual([[0], undefined]);
});
