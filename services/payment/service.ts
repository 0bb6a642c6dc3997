import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'payment',
  schema: 'payment',
  ports: { grpc: 50_052, http: 8052 },
} as const satisfies ServiceManifest;
