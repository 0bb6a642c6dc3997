/** A message about an order. */
export interface Message {
  readonly orderId: string;
  readonly type: 'paid' | 'assembled';
  readonly text: string;
}
