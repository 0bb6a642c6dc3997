import { setImmediate as turn } from 'node:timers/promises';
import { batched } from './batched.ts';

/** Creates a batched function that doubles numbers, and records which were passed together. */
const doubler = (most: number) => {
  const groups: (readonly number[])[] = [];
  const double = batched((items: readonly number[]) => {
    groups.push(items);
    return Promise.resolve(items.map((item) => item * 2));
  }, most);
  return { groups, double };
};

test('items of one turn come together; each gets its own result', async () => {
  const { groups, double } = doubler(10);
  expect(await Promise.all([double(3), double(1), double(3)])).toEqual([6, 2, 6]);
  expect(groups).toEqual([[3, 1, 3]]);
});

test('an item does not wait for what is under way, nor take its result', async () => {
  const groups: { items: readonly number[]; answer: (results: string[]) => void }[] = [];
  const ask = batched(
    (items: readonly number[]) =>
      new Promise<string[]>((answer) => void groups.push({ items, answer })),
    10,
  );
  const first = ask(1);
  await turn();
  const second = ask(1);
  await turn();
  expect(groups.map(({ items }) => items)).toEqual([[1], [1]]);
  groups[1]?.answer(['new']);
  expect(await second).toBe('new');
  groups[0]?.answer(['old']);
  expect(await first).toBe('old');
});

test('more than the most are several groups', async () => {
  const { groups, double } = doubler(4);
  const results = await Promise.all(Array.from({ length: 10 }, (_, item) => double(item)));
  expect(results).toEqual(Array.from({ length: 10 }, (_, item) => item * 2));
  expect(groups.map(({ length }) => length)).toEqual([4, 4, 2]);
});

test('a failure rejects all of a group, and nobody else', async () => {
  let isAway = true;
  const ask = batched(
    (items: readonly number[]) =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(items.map(() => 'there')),
    10,
  );
  const outcomes = await Promise.allSettled([ask(1), ask(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isAway = false;
  expect(await ask(1)).toBe('there');
});

test('one at a time, a batch takes what comes while the one before it is under way', async () => {
  const groups: { items: readonly number[]; answer: (results: string[]) => void }[] = [];
  const ask = batched(
    (items: readonly number[]) =>
      new Promise<string[]>((answer) => void groups.push({ items, answer })),
    10,
    { isOneAtATime: true },
  );
  const first = ask(1);
  await turn();
  const others = [ask(2)];
  await turn();
  others.push(ask(3));
  await turn();
  expect(groups.map(({ items }) => items)).toEqual([[1]]);
  groups[0]?.answer(['one']);
  expect(await first).toBe('one');
  await turn();
  expect(groups.map(({ items }) => items)).toEqual([[1], [2, 3]]);
  groups[1]?.answer(['two', 'three']);
  expect(await Promise.all(others)).toEqual(['two', 'three']);
});
