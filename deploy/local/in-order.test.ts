import { inOrder, reversed } from './in-order.ts';

const parts = [
  { name: 'database', after: [] },
  { name: 'tables', after: ['database'] },
  { name: 'shop', after: ['tables', 'broker from outside'] },
];

const namesInOrder = async (given: typeof parts): Promise<string[]> => {
  const seen: string[] = [];
  await inOrder(given, async ({ name }) => {
    await Promise.resolve();
    seen.push(name);
  });
  return seen;
};

test('a part starts after those it needs', async () => {
  expect(await namesInOrder(parts)).toEqual(['database', 'tables', 'shop']);
});

test('a part stops before those it needs', async () => {
  expect(await namesInOrder(reversed(parts))).toEqual(['shop', 'tables', 'database']);
});

test('what comes after a part that failed is left alone', async () => {
  const seen: string[] = [];
  const act = ({ name }: { name: string }) => {
    seen.push(name);
    return name === 'tables' ? Promise.reject(new Error('no')) : Promise.resolve();
  };
  await expect(inOrder(parts, act)).rejects.toThrow('no');
  expect(seen).toEqual(['database', 'tables']);
});
