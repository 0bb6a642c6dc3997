import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'ops',
  schema: 'ops',
  ports: { grpc: 50_070, http: 8070 },
  outboxesSetting: 'OPS_SOURCES',
} as const satisfies ServiceManifest;
