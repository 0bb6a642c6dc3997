import { shareTurn } from './share-turn.ts';

test('calls with one key in one turn share one call; a later one is not answered with it', async () => {
  const asked: string[] = [];
  const held = Promise.withResolvers<undefined>();
  const read = shareTurn(async (key: string) => {
    asked.push(key);
    if (asked.length === 1) await held.promise;
    return asked.length;
  });
  const first = Promise.all([read('a'), read('a'), read('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual(['a']);
  expect(await read('a')).toBe(2);
  held.resolve(undefined);
  expect(await first).toEqual([2, 2, 2]);
  await Promise.all([read('b'), read('c'), read('b')]);
  expect(asked).toEqual(['a', 'a', 'b', 'c']);
});

test('they fail together, and the next one is asked anew', async () => {
  let fails = true;
  const read = shareTurn((key: string) =>
    fails ? Promise.reject(new Error('away')) : Promise.resolve(key),
  );
  const both = await Promise.allSettled([read('a'), read('a')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await read('a')).toBe('a');
});
