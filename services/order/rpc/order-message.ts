import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { OrderStatus as Status, type OrderSchema } from '#gen/order/v1/order_pb.ts';
import { PaymentMethod as Method } from '#gen/payment/v1/payment_pb.ts';
import { toMajorUnits } from '#platform/proto/money.ts';
import type { Order, OrderStatus, PaymentMethod } from '../domain/order.ts';

/** Converts an order to its proto message; amounts are in rubles instead of kopecks. */
export const toOrderMessage = (order: Order): MessageInitShape<typeof OrderSchema> => ({
  orderId: order.orderId,
  userId: order.userId,
  items: order.items.map((item) => ({ ...item })),
  totalPrice: toMajorUnits(order.totalMinor),
  status: toStatus(order.status),
  createdAt: timestampFromDate(order.createdAt),
  updatedAt: timestampFromDate(order.updatedAt),
  ...('payment' in order && {
    paymentMethod: Method[order.payment.method],
    transactionId: order.payment.transactionId,
  }),
});

export const toStatus = (status: OrderStatus): Status => Status[status];

const methods = new Map<Method, PaymentMethod>([
  [Method.CARD, 'CARD'],
  [Method.SBP, 'SBP'],
  [Method.CREDIT_CARD, 'CREDIT_CARD'],
  [Method.INVESTOR_MONEY, 'INVESTOR_MONEY'],
]);

/** Validation has refused unknown methods before. */
export const toMethod = (method: Method): PaymentMethod => {
  const known = methods.get(method);
  if (known !== undefined) return known;
  throw new Error(`Validation let unknown payment method ${method} through.`);
};
