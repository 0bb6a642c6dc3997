import type { ServiceManifest } from '#platform/base/manifest.ts';
import { lifecycle } from './lifecycle.ts';
import { paymentTimer } from './store/payment-timer.ts';

export const service = {
  name: 'loms',
  schema: 'loms',
  hasOutbox: true,
  usesCache: true,
  ports: { grpc: 8083, http: 8084 },
  timers: [paymentTimer],
  lifecycle,
  local: { settings: { PAYMENT_TIMEOUT: 'off', STOCKS_CACHE: 'off' } },
} as const satisfies ServiceManifest;
