import type { OrderStatus } from './order.ts';
import { isFinal } from './status-change.ts';

test.each<[OrderStatus, boolean]>([
  ['new', false],
  ['awaiting payment', false],
  ['failed', true],
  ['payed', true],
  ['cancelled', true],
])('after %s nothing can follow: %s', (status, isOver) => {
  expect(isFinal(status)).toBe(isOver);
});
