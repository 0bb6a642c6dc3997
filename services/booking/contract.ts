import { BookingService } from '#gen/booking/v1/booking_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';

/** Who may call each RPC, why it refuses, and how it is called. */
export const bookingContract = defineContract(BookingService, {
  createItem: {
    role: 'items:write',
    refusals: { exists: ['name-taken'] },
    examples: { first: { name: 'a first item' } },
  },
});
