import { TicketService } from '#gen/ticket/v1/ticket_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';

/** Who may call each RPC, why it refuses, and how it is called. */
export const ticketContract = defineContract(TicketService, {
  createItem: {
    role: 'items:write',
    refusals: { exists: ['name-taken'] },
    examples: { first: { name: 'a first item' } },
  },
});
