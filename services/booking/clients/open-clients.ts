import { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { TicketService } from '#gen/ticket/v1/ticket_pb.ts';
import type { ServiceContext } from '#platform/base/run-service.ts';
import { loadRpcClientAccess } from '#platform/serving/rpc-client/access.ts';
import { openRpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';
import type { Config } from '../config.ts';
import { createPayment, type Payment } from './payment.ts';
import { createTicket, type Ticket } from './ticket.ts';

export interface Clients {
  payment: Payment;
  ticket: Ticket;
}

/** Opens clients of the services that booking asks. Connections are made on the first call. */
export const openClients = async (context: ServiceContext<Config>): Promise<Clients> => {
  const { config, logger, metrics, lifecycle } = context;
  const { PAYMENT_URL, TICKET_URL } = config;
  const access = await loadRpcClientAccess(config, { PAYMENT_URL, TICKET_URL }, logger);
  const common = { ...access, logger, registry: metrics.registry };
  const payment = openRpcClient(PaymentService, { ...common, name: 'payment', url: PAYMENT_URL });
  lifecycle.onClose('payment', () => payment.close());
  const ticket = openRpcClient(TicketService, { ...common, name: 'ticket', url: TICKET_URL });
  lifecycle.onClose('ticket', () => ticket.close());
  return { payment: createPayment(payment.rpcs), ticket: createTicket(ticket.rpcs) };
};
