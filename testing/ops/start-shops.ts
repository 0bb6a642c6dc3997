import type { TestProcess } from '../engines/process.ts';
import { startSystem, type System } from '../publisher/system.ts';
import { startYard } from '../yard/start-yard.ts';
import { startOps, type RunningOps } from './start-ops.ts';

/** All five systems with their services, a publisher for their outboxes, and ops, as processes. */
export interface Shops {
  system: System;
  ops: RunningOps;
  ticket: TestProcess;
  close: () => Promise<void>;
}

const sources = 'assembly,booking,loms,order,payment,pvz,ticket';

/** Starts them. A build takes one or two seconds. */
export const startShops = async (): Promise<Shops> => {
  const system = await startSystem();
  const publisher = system.startPublisher('publisher of all', {
    OUTBOX_SOURCES: 'booking,loms,payment,pvz,ticket',
  });
  const [loms, pvz, ticket, yard] = await Promise.all([
    system.startLoms(),
    system.startService('pvz'),
    system.startService('ticket'),
    startYard(system),
    publisher,
  ]);
  const neighbours = { PAYMENT_URL: yard.payment.grpcUrl, TICKET_URL: ticket.grpcUrl };
  const booking = await system.startService('booking', neighbours);
  const ops = await startOps(system.database.urlFor('ops'), sources, {
    KAFKA_BROKERS: system.brokers,
    LOMS_HTTP_URL: loms.url,
    PVZ_HTTP_URL: pvz.url,
    ORDER_HTTP_URL: yard.order.url,
    INVENTORY_HTTP_URL: yard.inventory.url,
    BOOKING_HTTP_URL: booking.url,
  });
  return {
    system,
    ops,
    ticket: ticket.process,
    close: async () => {
      await ops.kill();
      await system.close();
    },
  };
};
