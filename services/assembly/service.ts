import type { ServiceManifest } from '#platform/base/manifest.ts';
import { buildTimer } from './store/build-timer.ts';

export const service = {
  name: 'assembly',
  schema: 'assembly',
  hasOutbox: true,
  ports: { http: 9101 },
  consumers: [{ group: 'assembly-service', event: 'order.v1.OrderPaid' }],
  timers: [buildTimer],
} as const satisfies ServiceManifest;
