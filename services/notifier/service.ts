import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'notifier',
  ports: { http: 9111 },
  consumers: [{ group: 'notifier', event: 'loms.v1.OrderStatusChanged' }],
  local: { replicas: 3 },
  deployments: [
    { name: 'pvz-notifier', group: 'pvz-notifier', event: 'pvz.v1.OrderEvent', httpPort: 9114 },
  ],
} as const satisfies ServiceManifest;
