import type { ServiceManifest } from '#platform/base/manifest.ts';
import { lifecycle } from './lifecycle.ts';
import { timerKind } from './store/timer-kinds.ts';

export const service = {
  name: 'order',
  schema: 'order',
  hasOutbox: true,
  ports: { grpc: 50_050, http: 8080 },
  consumers: [{ group: 'order-service', event: 'assembly.v1.ShipAssembled' }],
  timers: Object.values(timerKind),
  calls: { INVENTORY_URL: 'inventory', PAYMENT_URL: 'payment' },
  lifecycle,
} as const satisfies ServiceManifest;
