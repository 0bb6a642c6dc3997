import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'inventory',
  schema: 'inventory',
  usesCache: true,
  ports: { grpc: 50_051, http: 8051 },
} as const satisfies ServiceManifest;
