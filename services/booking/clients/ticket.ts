import type { GetTicketResponse, TicketService } from '#gen/ticket/v1/ticket_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import type { RpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';
import type { PriceFlightDeps } from '../usecases/price-flight.ts';

export interface Ticket extends Pick<PriceFlightDeps, 'findLoad'> {
  /** Finds what ticket has of an order. Rejects with `ticket-unavailable`. */
  findTicket: (orderId: string, call: Call) => Promise<GetTicketResponse>;
}

/** A price without the load of the flight is better than a late one. */
const atOnce = { tries: 1, deadlineMs: 500 };

/** Translates between ticket's proto and the types of this service. */
export const createTicket = (rpcs: RpcClient<typeof TicketService>): Ticket => ({
  findLoad: async ({ from, to, date, time, airline }, call) => {
    try {
      const flight = await rpcs.getFlight({ from, to, date, time, airline }, call, atOnce);
      return { capacity: flight.capacity, sold: flight.sold };
    } catch {
      // the client's metrics and its breaker tell of the failure
      call.signal.throwIfAborted();
      return undefined;
    }
  },
  findTicket: (orderId, call) => rpcs.getTicket({ orderId }, call),
});
