import type { UnsentRow } from '../domain/row.ts';
import { sendAroundRefused } from './find-refused.ts';

const row = (key: string, seq: number): UnsentRow => ({
  ...{ place: '(0,1)', id: `${key}-${seq}`, topic: 't', key, sequence: String(seq) },
  ...{ eventType: 'T', payload: '{}', headers: {}, bucket: 0, seq: String(seq) },
  ...{ attempts: 0, createdAtMs: 0 },
});

/** A broker that refuses every request in which one of these rows is. */
const run = async (rows: UnsentRow[], refusedIds: string[]) => {
  const marked: string[] = [];
  const refused: string[] = [];
  let requests = 0;
  await sendAroundRefused({
    send: ([part]) => {
      requests += 1;
      if (part!.rows.some(({ id }) => refusedIds.includes(id)))
        return Promise.reject(new Error('no'));
      return Promise.resolve(part!.rows.map((each) => ({ row: each, partition: 0, offset: 0n })));
    },
    markSent: (sent) => {
      marked.push(...sent.map(({ row: { id } }) => id));
      return Promise.resolve();
    },
    refusalReason: (error) => (error as Error).message,
    onRefused: ({ id }) => {
      refused.push(id);
      return Promise.resolve();
    },
  })([{ topic: 't', partition: 0, rows }]);
  return { marked, refused, requests };
};

test('one row among many is found by halving; the others go out in order', async () => {
  const rows = Array.from({ length: 100 }, (_, i) => row(`k${i}`, i));
  const { marked, refused, requests } = await run(rows, ['k77-77']);
  expect(refused).toEqual(['k77-77']);
  expect(marked).toEqual(rows.map(({ id }) => id).filter((id) => id !== 'k77-77'));
  expect(requests).toBeLessThan(20);
});

test('what follows a refused row under the same key stays behind', async () => {
  const rows = [row('a', 1), row('b', 2), row('a', 3), row('b', 4), row('a', 5), row('c', 6)];
  const { marked, refused } = await run(rows, ['a-3']);
  expect(refused).toEqual(['a-3']);
  expect(marked).toEqual(['a-1', 'b-2', 'b-4', 'c-6']);
});

test('several refused rows of several keys are all found', async () => {
  const rows = [row('a', 1), row('b', 2), row('c', 3), row('d', 4)];
  const { marked, refused } = await run(rows, ['a-1', 'd-4']);
  expect([marked, refused]).toEqual([
    ['b-2', 'c-3'],
    ['a-1', 'd-4'],
  ]);
});

test('an error that is no refusal rises: nothing is known about the rows', async () => {
  const away = new Error('away');
  const sending = sendAroundRefused({
    send: () => Promise.reject(away),
    markSent: () => Promise.resolve(),
    refusalReason: () => undefined,
    onRefused: () => Promise.resolve(),
  })([{ topic: 't', partition: 0, rows: [row('a', 1)] }]);
  await expect(sending).rejects.toBe(away);
});
