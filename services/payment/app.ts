import { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { databaseChecks } from '#platform/database/check.ts';
import { openServicePool } from '#platform/database/service-pool.ts';
import { openDoors } from '#platform/serving/doors.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { plainRest } from '#platform/serving/rest/options.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import { loadTokens } from '#platform/base/tokens.ts';
import type { Config } from './config.ts';
import { paymentNotes } from './rpc/api-notes.ts';
import { createPaymentService } from './rpc/payment-service.ts';
import { paymentRoles } from './rpc/roles.ts';
import { saveCharged, saveVoided } from './store/payments.ts';
import { payOrder } from './usecases/pay-order.ts';
import { voidPayment } from './usecases/void-payment.ts';

const schema = 'payment';

export interface PaymentParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts payment together: database, use cases, doors. */
export const startPayment = async ({ config, logger, lifecycle }: PaymentParts): Promise<void> => {
  const pool = await openServicePool({ config, schema, logger, lifecycle });

  const { now, newId } = pool.clock;
  const service = createPaymentService({
    payOrder: payOrder({ now, newTransactionId: newId, saveCharged: saveCharged(pool) }),
    voidPayment: voidPayment({ now, saveVoided: saveVoided(pool) }),
  });

  const metrics = createMetrics();
  const access = { tokens: await loadTokens(config.AUTH_TOKENS_FILE), roles: paymentRoles };
  await openDoors({
    ...{ config, lifecycle, metrics, logger },
    checks: databaseChecks(pool),
    services: [createRpcService(PaymentService, service, { logger, metrics, access })],
    corsOrigins: config.CORS_ORIGINS,
    apiNotes: paymentNotes,
    rest: plainRest,
  });
};
