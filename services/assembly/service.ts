import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'assembly',
  schema: 'assembly',
  hasOutbox: true,
  ports: { http: 9101 },
  consumers: [{ group: 'assembly-service', event: 'order.v1.OrderPaid' }],
  timers: ['build'],
} as const satisfies ServiceManifest;
