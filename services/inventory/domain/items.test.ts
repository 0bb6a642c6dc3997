import { mergeItems } from './items.ts';

test('adds up the same part and sorts by part', () => {
  const items = [
    { partId: 'b', quantity: 1 },
    { partId: 'a', quantity: 2 },
    { partId: 'b', quantity: 1_000_000 },
  ];
  expect(mergeItems(items)).toEqual([
    { partId: 'a', quantity: 2 },
    { partId: 'b', quantity: 1_000_001 },
  ]);
});
