import { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { systemClock } from '#platform/clock.ts';
import { hostOf } from '#platform/config.ts';
import { openPool } from '#platform/database/pool.ts';
import { openDoors } from '#platform/doors.ts';
import { newId } from '#platform/ids.ts';
import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { createMetrics } from '#platform/metrics.ts';
import { createReadiness } from '#platform/readiness.ts';
import { plainRest } from '#platform/rest/options.ts';
import { createRpcService } from '#platform/rpc/service.ts';
import { loadTokens } from '#platform/tokens.ts';
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
  const url = config.DATABASE_URL;
  const pool = openPool({ url, applicationName: schema, logger, max: config.DATABASE_POOL_SIZE });
  lifecycle.onClose('database', () => pool.end());

  const now = systemClock;
  const service = createPaymentService({
    payOrder: payOrder({ now, newTransactionId: newId, saveCharged: saveCharged(pool) }),
    voidPayment: voidPayment({ now, saveVoided: saveVoided(pool) }),
  });

  const metrics = createMetrics();
  const readiness = createReadiness({
    checks: { database: () => pool.query('SELECT 1') },
    stopping: lifecycle.stopping,
  });
  const access = { tokens: await loadTokens(config.AUTH_TOKENS_FILE), roles: paymentRoles };
  await openDoors({
    ...{ lifecycle, readiness, metrics, logger },
    config: { ...config, HOST: hostOf(config) },
    services: [createRpcService(PaymentService, service, { logger, metrics, access })],
    corsOrigins: config.CORS_ORIGINS,
    apiNotes: paymentNotes,
    rest: plainRest,
  });
};
