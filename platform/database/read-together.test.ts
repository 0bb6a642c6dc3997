import { setImmediate as turn } from 'node:timers/promises';
import { readTogether } from './read-together.ts';

/** Answers with the key doubled; keys from 1,000 on are unknown. */
const recorder = () => {
  const statements: (readonly number[])[] = [];
  const read = readTogether((keys: readonly number[]) => {
    statements.push(keys);
    return Promise.resolve(new Map(keys.filter((key) => key < 1_000).map((key) => [key, key * 2])));
  });
  return { statements, read };
};

test('look-ups of one turn are one statement, each key once; each gets its own row', async () => {
  const { statements, read } = recorder();
  const rows = await Promise.all([read(3), read(1), read(3), read(5_000)]);
  expect(rows).toEqual([6, 2, 6, undefined]);
  expect(statements).toEqual([[3, 1, 5_000]]);
});

test('a look-up does not wait for a statement under way, nor take its answer', async () => {
  const statements: { keys: readonly number[]; answer: (rows: Map<number, string>) => void }[] = [];
  const read = readTogether(
    (keys: readonly number[]) =>
      new Promise<Map<number, string>>((answer) => void statements.push({ keys, answer })),
  );
  const first = read(1);
  await turn();
  const second = read(1);
  await turn();
  expect(statements.map(({ keys }) => keys)).toEqual([[1], [1]]);
  statements[1]?.answer(new Map([[1, 'new']]));
  expect(await second).toBe('new');
  statements[0]?.answer(new Map([[1, 'old']]));
  expect(await first).toBe('old');
});

test('a statement has 256 keys at the most', async () => {
  const { statements, read } = recorder();
  const rows = await Promise.all(Array.from({ length: 600 }, (_, key) => read(key)));
  expect(rows).toEqual(Array.from({ length: 600 }, (_, key) => key * 2));
  expect(statements.map(({ length }) => length)).toEqual([256, 256, 88]);
});

test('a failure is told to all that shared the statement, and to nobody else', async () => {
  let isAway = true;
  const read = readTogether((keys: readonly number[]) =>
    isAway
      ? Promise.reject(new Error('away'))
      : Promise.resolve(new Map(keys.map((key) => [key, 'row']))),
  );
  const outcomes = await Promise.allSettled([read(1), read(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isAway = false;
  expect(await read(1)).toBe('row');
});
