import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'loms',
  schema: 'loms',
  hasOutbox: true,
  ports: { grpc: 8083, http: 8084 },
  timers: ['payment'],
  local: { settings: { PAYMENT_TIMEOUT: 'off' } },
} as const satisfies ServiceManifest;
