import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'pvz',
  schema: 'pvz',
  hasOutbox: true,
  ports: { grpc: 50_061, http: 8081 },
} as const satisfies ServiceManifest;
