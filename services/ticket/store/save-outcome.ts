import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import type { Ticket } from '../domain/ticket.ts';
import { ticketEvent, type TicketEventDeps } from '../events/ticket-event.ts';
import type { Outcome } from '../usecases/handle-causes.ts';

const saveCancelled = prepareStatement(
  'ticket_save_cancelled',
  `UPDATE ticket.tickets t SET status = c.status, event_count = c.event_count, updated_at = c.updated_at
     FROM jsonb_populate_recordset(NULL::ticket.tickets, $1::jsonb) c WHERE t.order_id = c.order_id`,
);

// in the order of the ids, so that two transactions cannot deadlock
const saveCreated = prepareStatement(
  'ticket_save_created',
  `WITH created AS (
    INSERT INTO ticket.tickets
    SELECT * FROM jsonb_populate_recordset(NULL::ticket.tickets, $1::jsonb) ORDER BY order_id
  ) ${insertOutboxSql({ schema: 'ticket', parameter: '$2' })}`,
);

/**
 * Saves tickets, which the transaction has locked, and the events that announce them. When another transaction has saved
 * a ticket of the same order meanwhile, it throws, and the causes are handled again.
 */
export const saveOutcome =
  ({ client }: { readonly client: Queryable }, deps: TicketEventDeps) =>
  async ({ created, cancelled, announced }: Outcome): Promise<void> => {
    // before others are inserted, which may get the seats that it frees
    if (cancelled.length > 0) await saveCancelled(client, [encode(cancelled)]);
    const events = announced.map(ticketEvent(deps));
    await saveCreated(client, [encode(created), encodeOutboxRows(events)]);
  };

const encode = (tickets: readonly Ticket[]): string =>
  JSON.stringify(
    tickets.map((ticket) => ({
      order_id: ticket.orderId,
      status: ticket.status,
      ticket_id: ticket.ticketId,
      flight: ticket.flight,
      seat: ticket.seat,
      reason: ticket.reason,
      event_count: ticket.eventCount.toString(),
      created_at: ticket.createdAt,
      updated_at: ticket.updatedAt,
    })),
  );
