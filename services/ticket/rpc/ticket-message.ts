import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { TicketStatus, type TicketSchema } from '#gen/ticket/v1/ticket_pb.ts';
import type { Ticket } from '../domain/ticket.ts';

/** Converts a ticket to its proto message. */
export const toTicketMessage = (ticket: Ticket): MessageInitShape<typeof TicketSchema> => {
  const { orderId, status, ticketId, seat, reason, createdAt, updatedAt } = ticket;
  return {
    orderId,
    status: TicketStatus[status],
    ...(ticketId !== null && { ticketId }),
    ...(seat !== null && { seat }),
    ...(reason !== null && { reason }),
    createdAt: timestampFromDate(createdAt),
    updatedAt: timestampFromDate(updatedAt),
  };
};
