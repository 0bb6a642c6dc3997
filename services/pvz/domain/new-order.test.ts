import { AppError, reasonOf } from '#platform/base/errors.ts';
import { checkNewOrder, type BroughtOrder } from './new-order.ts';
import { packages, type Packaging } from './packaging.ts';

const now = new Date('2026-12-01T10:00:00.000Z');
const brought = (changes: Partial<BroughtOrder> = {}): BroughtOrder => ({
  orderId: 1n,
  userId: 7n,
  expiresAt: new Date('2026-12-08T10:00:00.000Z'),
  package: 'bag',
  weight: 2.5,
  priceMinor: 9_999n,
  ...changes,
});
const reasonFor = (changes: Partial<BroughtOrder>) =>
  reasonOf(checkNewOrder(brought(changes), now));

test('a good order is kept as it is, its price in kopecks', () => {
  expect(checkNewOrder(brought(), now)).toEqual({
    ...{ orderId: 1n, userId: 7n, expiresAt: brought().expiresAt, packaging: 'bag' },
    ...{ weight: 2.5, priceMinor: 9_999n },
  });
});

test('the storage term ends in the future: one that ends now is refused', () => {
  const after = (ms: number) => ({ expiresAt: new Date(now.getTime() + ms) });
  expect(reasonFor(after(1))).toBeUndefined();
  expect(reasonFor(after(0))).toBe('VALIDATION_FAILED');
  expect(reasonFor(after(-1))).toBe('VALIDATION_FAILED');
  expect(reasonFor({ expiresAt: undefined })).toBe('VALIDATION_FAILED');
  expect(reasonFor({ expiresAt: new Date(Number.NaN) })).toBe('VALIDATION_FAILED');
  const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  expect(reasonFor({ expiresAt: new Date(latest) })).toBeUndefined();
  expect(reasonFor({ expiresAt: new Date(latest + 1) })).toBe('VALIDATION_FAILED');
});

test.each(Object.keys(packages) as Packaging[])(
  'package %s holds what is lighter than its limit, and not its limit',
  (name) => {
    const { lighterThanKg } = packages[name];
    if (lighterThanKg === Infinity) {
      expect(reasonFor({ package: name, weight: Number.MAX_VALUE })).toBeUndefined();
      return;
    }
    const justBelow = lighterThanKg * (1 - Number.EPSILON / 2);
    expect(justBelow).toBeLessThan(lighterThanKg);
    expect(reasonFor({ package: name, weight: justBelow })).toBeUndefined();
    expect(reasonFor({ package: name, weight: lighterThanKg })).toBe('WEIGHT_TOO_HEAVY');
  },
);

test('limits and surcharges are those of the contract', () => {
  const facts = Object.entries(packages).map(([name, { lighterThanKg, surchargeMinor }]) => [
    ...[name, lighterThanKg, surchargeMinor],
  ]);
  expect(facts).toEqual([
    ['none', Infinity, 0n],
    ['bag', 10, 500n],
    ['box', 30, 2_000n],
    ['film', Infinity, 100n],
    ['bag+film', 10, 600n],
    ['box+film', 30, 2_100n],
  ]);
});

test.each(['crate', 'BAG', 'film+bag', 'toString', ' bag'])('package %j is unknown', (name) => {
  expect(reasonFor({ package: name })).toBe('INVALID_PACKAGE');
});

test('without a name there is no package', () => {
  expect(checkNewOrder(brought({ package: '' }), now)).toMatchObject({ packaging: 'none' });
});

test.each<[string, Partial<BroughtOrder>]>([
  ['order_id', { orderId: 0n }],
  ['order_id', { orderId: 2n ** 53n }],
  ['user_id', { userId: 0n }],
  ['user_id', { userId: 2n ** 64n - 1n }],
  ['weight', { weight: 0 }],
  ['weight', { weight: -1 }],
  ['weight', { weight: Number.NaN }],
  ['weight', { weight: Infinity }],
  ['price', { priceMinor: 0n }],
  ['price', { priceMinor: -1n }],
  ['price', { priceMinor: undefined }],
  ['price', { priceMinor: 100_000_000_001n }],
])('a wrong %s is refused, and named', (field, changes) => {
  const checked = checkNewOrder(brought(changes), now);
  expect(checked).toBeInstanceOf(AppError);
  expect(checked).toMatchObject({ reason: 'VALIDATION_FAILED', field });
});
