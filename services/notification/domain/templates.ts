import type { Message } from './message.ts';

export interface PaidOrder {
  readonly orderId: string;
  readonly userId: string;
  /** In kopecks. */
  readonly amountMinor: bigint;
  readonly paymentMethod: string;
  readonly transactionId: string;
  readonly paidAt: Date;
}

export interface AssembledShip {
  readonly orderId: string;
  readonly userId: string;
  /** In whole seconds. */
  readonly buildTimeSec: bigint;
}

export const paidMessage = (order: PaidOrder): Message => ({
  orderId: order.orderId,
  type: 'paid',
  text: lines(
    '💳 Order paid',
    ['Order', order.orderId],
    ['User', order.userId],
    ['Amount', `${inRubles(order.amountMinor)} ₽`],
    ['Method', order.paymentMethod],
    ['Transaction', order.transactionId],
    ['Time', order.paidAt.toISOString()],
  ),
});

export const assembledMessage = (ship: AssembledShip): Message => ({
  orderId: ship.orderId,
  type: 'assembled',
  text: lines(
    '🚀 Ship assembled',
    ['Order', ship.orderId],
    ['User', ship.userId],
    ['Build time', `${ship.buildTimeSec.toString()} s`],
  ),
});

/** The answer of the bot to `/start`. */
export const greeting = (chatId: number): string =>
  lines('Hello! Here I tell of orders that are paid and of ships that are assembled.', [
    'This chat',
    String(chatId),
  ]);

const lines = (title: string, ...facts: [name: string, value: string][]): string =>
  [title, ...facts.map(([name, value]) => `${name}: ${value}`)].join('\n');

/** Amounts are positive, as the contract of the event guarantees. */
const inRubles = (minor: bigint): string =>
  `${(minor / 100n).toString()}.${(minor % 100n).toString().padStart(2, '0')}`;
