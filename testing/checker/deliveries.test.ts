import { compactId } from './compact-id.ts';
import { checkDeliveries, followDeliveries, type Delivery } from './deliveries.ts';

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

test('a gap is legal when the database says that the event will not come', () => {
  const followed = followDeliveries();
  for (const sequence of [1, 4]) followed.note(deliver('a', sequence));
  expect(followed.report((_, sequence) => sequence === 2).violations).not.toEqual([]);
  const isGivenUp = (key: string, sequence: number) => key === 'a' && [2, 3].includes(sequence);
  expect(followed.report(isGivenUp).violations).toEqual([]);
});

test('an event that was redriven may come late, and fills its gap', () => {
  const redriven = { ...deliver('a', 2), isRedriven: true };
  expect(check(deliver('a', 1), deliver('a', 3), redriven).violations).toEqual([]);
  expect(check(deliver('a', 1), deliver('a', 3)).violations).not.toEqual([]);
});

test('ids that are UUIDs are kept short, and stay different', () => {
  const followed = followDeliveries();
  const id = '0198f3a0-7b6c-7000-8000-00000000000a';
  followed.note({ ...deliver('a', 1), id });
  expect(followed.has(id)).toBe(true);
  expect(followed.has(id.replace(/a$/, 'b'))).toBe(false);
  expect(compactId(id)).toHaveLength(16);
});

test('a sequence that somebody made up is judged as quickly as any', () => {
  const followed = followDeliveries();
  for (const sequence of [1, 9_007_199_254_740_991]) followed.note(deliver('a', sequence));
  expect(followed.report(() => false).violations).toHaveLength(1);
});

test('a key may begin later where the beginning of its partition was cut off', () => {
  const followed = followDeliveries((partition) => partition === 1);
  for (const sequence of [5, 6]) followed.note(deliver('a', sequence, 1));
  followed.note(deliver('b', 5, 0));
  expect(followed.report().violations).toHaveLength(1);
});
