import type { ServiceManifest } from '#platform/base/manifest.ts';
import { lifecycle } from './lifecycle.ts';

export const service = {
  name: 'pvz',
  schema: 'pvz',
  hasOutbox: true,
  ports: { grpc: 50_061, http: 8081 },
  lifecycle,
} as const satisfies ServiceManifest;
