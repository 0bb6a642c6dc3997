import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { TicketService } from '#gen/ticket/v1/ticket_pb.ts';
import { AppError } from '#platform/base/errors.ts';
import type { FindWorkflow } from '#platform/messaging/workflow.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { departureOf, nameOf, type Flight } from '../domain/flight.ts';
import type { findSale } from '../store/sales.ts';
import type { findTicket } from '../store/tickets.ts';
import { toTicketMessage } from './ticket-message.ts';

export interface TicketDeps {
  findTicket: ReturnType<typeof findTicket>;
  findSale: ReturnType<typeof findSale>;
  findWorkflow: FindWorkflow;
}

/** Implements ticket.v1.TicketService: proto in, store, proto out. Ids are accepted in any case. */
export const createTicketService = (deps: TicketDeps): Implementation<typeof TicketService> => ({
  getTicket: async ({ orderId: asked }) => {
    const orderId = asked.toLowerCase();
    const [ticket, workflow] = await Promise.all([
      deps.findTicket(orderId),
      deps.findWorkflow(orderId),
    ]);
    return { ...workflow, ...(ticket && { ticket: toTicketMessage(ticket) }) };
  },
  getFlight: async ({ from, to, date, time, airline }) => {
    const flight = { from, to, date, time, airline };
    if (departureOf(flight) === undefined) throw notFound(flight);
    const { salesEndAt, ...sale } = await deps.findSale(flight);
    return { ...sale, salesEndAt: timestampFromDate(salesEndAt) };
  },
});

const notFound = (flight: Flight): AppError =>
  new AppError('not-found', 'flight-not-found', `There is no day or time of ${nameOf(flight)}.`);
