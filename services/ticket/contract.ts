import { TicketService } from '#gen/ticket/v1/ticket_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';

/** Who may call each RPC, why it refuses, and how it is called. */
export const ticketContract = defineContract(TicketService, {
  getTicket: {
    role: 'tickets:read',
    examples: { 'of-an-order-without-one': { orderId: '01970000-0000-7000-8000-0000000000b1' } },
  },
  getFlight: {
    role: 'tickets:read',
    refusals: { 'not-found': ['flight-not-found'] },
    examples: {
      'of-a-route-with-a-rule': {
        from: 'SVO',
        to: 'LED',
        date: '2030-05-20',
        time: '10:30',
        airline: 'SU',
      },
    },
  },
});
