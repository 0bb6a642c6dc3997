import { commit, confirm, release, type ReservationStatus } from './reservation.ts';

const items = [
  { partId: 'a', quantity: 2 },
  { partId: 'b', quantity: 1 },
];
const reservation = (status: ReservationStatus) => ({ orderId: 'o', status, items });
const refused = (kind: string, reason: string): unknown =>
  expect.objectContaining({ kind, reason, metadata: { order_id: 'o' } });

test('the same items may be asked for again', () => {
  expect(() => confirm(reservation('RESERVED'), structuredClone(items))).not.toThrow();
});

test.each([
  ['fewer', items.slice(1)],
  ['more', [...items, { partId: 'c', quantity: 1 }]],
  ['another part', [items[0]!, { partId: 'c', quantity: 1 }]],
  ['another quantity', [items[0]!, { partId: 'b', quantity: 2 }]],
])('%s are refused', (_, others) => {
  expect(() => confirm(reservation('RESERVED'), others)).toThrow(
    refused('precondition', 'reservation-differs') as Error,
  );
});

test.each([
  ['RELEASED', 'reservation-released'],
  ['COMMITTED', 'reservation-committed'],
] as const)('what is %s cannot be reserved again', (status, reason) => {
  expect(() => confirm(reservation(status), items)).toThrow(
    refused('precondition', reason) as Error,
  );
});

test('what is reserved, or not yet, can be released; again changes nothing', () => {
  expect(release(reservation('RESERVED'), 'o')).toBe('RELEASED');
  expect(release(undefined, 'o')).toBe('RELEASED');
  expect(release(reservation('RELEASED'), 'o')).toBeUndefined();
});

test('what was taken out cannot be released', () => {
  expect(() => release(reservation('COMMITTED'), 'o')).toThrow(
    refused('precondition', 'reservation-committed') as Error,
  );
});

test('what is reserved can be taken out; again changes nothing', () => {
  expect(commit(reservation('RESERVED'), 'o')).toBe('COMMITTED');
  expect(commit(reservation('COMMITTED'), 'o')).toBeUndefined();
});

test('what is unknown or released cannot be taken out', () => {
  expect(() => commit(undefined, 'o')).toThrow(
    refused('not-found', 'reservation-not-found') as Error,
  );
  expect(() => commit(reservation('RELEASED'), 'o')).toThrow(
    refused('precondition', 'reservation-released') as Error,
  );
});
