import { reasonOf } from '#platform/base/errors.ts';
import {
  accept,
  refusalToIssue,
  refusalToReturn,
  refusalToTakeBack,
  totalOf,
  type Order,
  type OrderStatus,
} from './order.ts';

const hourMs = 3_600_000;
const acceptedAt = new Date('2026-12-01T10:00:00.000Z');
const later = (ms: number) => new Date(acceptedAt.getTime() + ms);
const expiresAt = later(72 * hourMs);
const order = (changes: Partial<Order> = {}): Order => ({
  ...accept(
    { orderId: 1n, userId: 7n, expiresAt, packaging: 'box+film', weight: 2, priceMinor: 10_000n },
    acceptedAt,
  ),
  ...changes,
});
const beforeTerm = new Date(expiresAt.getTime() - 1);
const statuses: OrderStatus[] = ['accepted', 'issued', 'returned_by_client', 'returned_to_courier'];

test('an accepted order is in the point, and its first change is this', () => {
  expect(order()).toMatchObject({
    status: 'accepted',
    acceptedAt,
    changedAt: acceptedAt,
    sequence: 1n,
  });
});

test('the total is the price and the surcharge of the package', () => {
  expect(totalOf(order())).toBe(12_100n);
  expect(totalOf(order({ packaging: 'none' }))).toBe(10_000n);
});

test('an order waiting in the point goes back to the courier from the end of its term on', () => {
  expect(reasonOf(refusalToReturn(order(), beforeTerm))).toBe('STORAGE_EXPIRED');
  expect(refusalToReturn(order(), expiresAt)).toBeUndefined();
});

test('what the client has returned goes back at once, what the client has never', () => {
  expect(refusalToReturn(order({ status: 'returned_by_client' }), beforeTerm)).toBeUndefined();
  for (const now of [beforeTerm, expiresAt])
    expect(reasonOf(refusalToReturn(order({ status: 'issued' }), now))).toBe('VALIDATION_FAILED');
});

test('an order is issued until its term ends, not at its end', () => {
  const at = (now: Date) => reasonOf(refusalToIssue(order(), { userId: 7n, now }));
  expect(at(beforeTerm)).toBeUndefined();
  expect(at(expiresAt)).toBe('STORAGE_EXPIRED');
});

test('an order is issued from the point only', () => {
  const reasons = statuses.map((status) =>
    reasonOf(refusalToIssue(order({ status }), { userId: 7n, now: beforeTerm })),
  );
  expect(reasons).toEqual([
    ...[undefined, 'VALIDATION_FAILED', 'VALIDATION_FAILED', 'ORDER_NOT_FOUND'],
  ]);
});

test('a client brings an order back within 48 hours: exactly 48 h is still allowed', () => {
  const issuedAt = later(hourMs);
  const issued = order({ status: 'issued', changedAt: issuedAt });
  const after = (ms: number) =>
    reasonOf(refusalToTakeBack(issued, { userId: 7n, now: new Date(issuedAt.getTime() + ms) }));
  expect(after(0)).toBeUndefined();
  expect(after(48 * hourMs)).toBeUndefined();
  expect(after(48 * hourMs + 1)).toBe('STORAGE_EXPIRED');
});

test('only an issued order is brought back', () => {
  const reasons = statuses.map((status) =>
    reasonOf(refusalToTakeBack(order({ status }), { userId: 7n, now: beforeTerm })),
  );
  expect(reasons).toEqual([
    ...['VALIDATION_FAILED', 'STORAGE_EXPIRED', 'VALIDATION_FAILED', 'ORDER_NOT_FOUND'],
  ]);
});

test("another user's order is neither issued nor brought back", () => {
  const other = { userId: 8n, now: beforeTerm };
  expect(reasonOf(refusalToIssue(order(), other))).toBe('VALIDATION_FAILED');
  const issued = order({ status: 'issued' });
  expect(reasonOf(refusalToTakeBack(issued, other))).toBe('VALIDATION_FAILED');
});
