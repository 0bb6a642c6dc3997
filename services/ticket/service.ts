import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'ticket',
  schema: 'ticket',
  hasOutbox: true,
  ports: { grpc: 50_091, http: 8091 },
  consumers: [
    {
      group: 'ticket-service',
      event: 'booking.v1.OrderEvent',
      types: ['PaymentAuthorized', 'RefundRequested'],
    },
  ],
} as const satisfies ServiceManifest;
