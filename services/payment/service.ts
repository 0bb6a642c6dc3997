import type { ServiceManifest } from '#platform/base/manifest.ts';

export const service = {
  name: 'payment',
  schema: 'payment',
  hasOutbox: true,
  ports: { grpc: 50_052, http: 8052 },
  consumers: [
    {
      group: 'payment-service',
      event: 'booking.v1.OrderEvent',
      types: ['OrderCreated', 'TicketRejected', 'RefundRequested'],
    },
  ],
} as const satisfies ServiceManifest;
