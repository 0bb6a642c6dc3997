import type { ServiceManifest } from '#platform/base/manifest.ts';
import { eventsOfOthers } from './domain/saga.ts';
import { lifecycle } from './lifecycle.ts';
import { sagaTimer } from './store/saga-timer.ts';

export const service = {
  name: 'booking',
  schema: 'booking',
  hasOutbox: true,
  usesCache: true,
  ports: { grpc: 50_090, http: 8090 },
  // the rocket yard's order service has the group `order-service`
  consumers: [
    {
      group: 'booking-order-service',
      name: 'order-service',
      event: 'booking.v1.OrderEvent',
      types: eventsOfOthers,
    },
  ],
  timers: [sagaTimer],
  calls: { PAYMENT_URL: 'payment', TICKET_URL: 'ticket' },
  lifecycle,
} as const satisfies ServiceManifest;
