import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'notification',
  schema: 'notification',
  ports: { http: 9102 },
  consumers: [
    { group: 'notification-payment', event: 'order.v1.OrderPaid' },
    { group: 'notification-assembly', event: 'assembly.v1.ShipAssembled' },
  ],
} as const satisfies ServiceManifest;
