import type { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import type { RolesOf } from '#platform/serving/rpc/access.ts';

/** What a caller needs where tokens are asked for. */
export const paymentRoles: RolesOf<typeof PaymentService> = {
  payOrder: 'payments:write',
  voidPayment: 'payments:write',
};
