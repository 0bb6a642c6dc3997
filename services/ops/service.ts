import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'ops',
  schema: 'ops',
  ports: { grpc: 50_070, http: 8070 },
  needsKafka: true,
  outboxesSetting: 'OPS_SOURCES',
  // on behalf of the page, which places orders
  httpCalls: {
    BOOKING_HTTP_URL: 'booking',
    INVENTORY_HTTP_URL: 'inventory',
    LOMS_HTTP_URL: 'loms',
    ORDER_HTTP_URL: 'order',
    PVZ_HTTP_URL: 'pvz',
  },
  needsSchemaRegistry: true,
  local: { settings: { TRACE_URL_TEMPLATE: '' } },
} as const satisfies ServiceManifest;
