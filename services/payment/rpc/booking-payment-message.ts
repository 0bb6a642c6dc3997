import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { BookingPaymentStatus, type BookingPaymentSchema } from '#gen/payment/v1/payment_pb.ts';
import type { BookingPayment } from '../domain/booking-payment.ts';

/** Converts the payment of a booking's order to its proto message. */
export const toBookingPaymentMessage = (
  payment: BookingPayment,
): MessageInitShape<typeof BookingPaymentSchema> => {
  const { orderId, status, paymentId, amountMinor, reason, createdAt, updatedAt } = payment;
  return {
    orderId,
    status: BookingPaymentStatus[status],
    ...(paymentId !== null && { paymentId }),
    ...(amountMinor !== null && { amountMinor }),
    ...(reason !== null && { reason }),
    createdAt: timestampFromDate(createdAt),
    updatedAt: timestampFromDate(updatedAt),
  };
};
