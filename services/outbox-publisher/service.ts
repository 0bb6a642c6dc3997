import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'outbox-publisher',
  schema: 'publisher',
  ports: { http: 9104 },
  needsKafka: true,
  needsSchemaRegistry: true,
  outboxesSetting: 'OUTBOX_SOURCES',
  local: { settings: { OUTBOX_CHAOS: '0' } },
} as const satisfies ServiceManifest;
