import { checkDeliveries, type Delivery } from './deliveries.ts';

let offset = 0n;
const deliver = (key: string, sequence: number, partition = 0): Delivery => ({
  partition,
  offset: offset++,
  key,
  id: `${key}-${sequence}`,
  sequence,
  timestampMs: 0,
});
const check = (...deliveries: Delivery[]) => checkDeliveries(deliveries);

test('each key counts for itself', () => {
  const report = check(deliver('a', 1), deliver('b', 1), deliver('a', 2), deliver('b', 2));
  expect(report).toEqual({ events: 4, keys: 2, duplicates: 0, violations: [] });
});

test('an event that comes again is a duplicate, also out of order', () => {
  const report = check(deliver('a', 1), deliver('a', 2), deliver('a', 1), deliver('a', 2));
  expect(report).toMatchObject({ events: 2, duplicates: 2, violations: [] });
});

test.each([
  ['a key that does not begin with 1', [deliver('a', 2)]],
  ['a gap', [deliver('a', 1), deliver('a', 3)]],
  ['a late event', [deliver('a', 1), deliver('a', 3), deliver('a', 2)]],
  ['a sequence under two ids', [deliver('a', 1), { ...deliver('a', 1), id: 'other' }]],
  ['a key on two partitions', [deliver('a', 1, 0), deliver('a', 2, 1)]],
])('%s is a violation', (_, deliveries) => {
  expect(check(...deliveries).violations).not.toEqual([]);
});
