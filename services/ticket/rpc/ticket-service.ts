import type { TicketService } from '#gen/ticket/v1/ticket_pb.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { toCall } from '#platform/serving/rpc/to-call.ts';
import type { createItem } from '../store/items.ts';

export interface TicketDeps {
  createItem: ReturnType<typeof createItem>;
}

/** ticket.v1.TicketService: reads the request, runs the use case, and builds the answer. */
export const createTicketService = (deps: TicketDeps): Implementation<typeof TicketService> => ({
  createItem: async ({ name }, context) => ({
    itemId: await deps.createItem(name, toCall(context)),
  }),
});
