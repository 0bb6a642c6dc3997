import { sql } from 'drizzle-orm';
import { isAnyOf } from '#platform/database/columns.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { Ticket } from '../domain/ticket.ts';
import { ticketEvent, type TicketEventDeps } from '../events/ticket-event.ts';
import type { Outcome } from '../usecases/handle-causes.ts';
import { tickets } from './schema.ts';

/**
 * Saves tickets, which the transaction has locked, and the events that announce them. When another transaction has saved
 * a ticket of the same order meanwhile, it throws, and the causes are handled again.
 */
export const saveOutcome =
  (tx: Transaction, deps: TicketEventDeps) =>
  async ({ created, cancelled, announced }: Outcome): Promise<void> => {
    // before others are inserted, which may get the seats that it frees
    await saveCancelled(tx, cancelled);
    // in the order of the ids, so that two transactions cannot deadlock
    if (created.length > 0) await tx.insert(tickets).values(created.toSorted(byOrderId));
    await appendToOutbox(tx, 'ticket', announced.map(ticketEvent(deps)));
  };

const saveCancelled = async (tx: Transaction, cancelled: readonly Ticket[]): Promise<void> => {
  const [first] = cancelled;
  if (first === undefined) return;
  const { status, updatedAt } = first;
  const orderIds = cancelled.map(({ orderId }) => orderId);
  await tx
    .update(tickets)
    .set({ status, updatedAt, eventCount: sql`${tickets.eventCount} + 1` })
    .where(isAnyOf(tickets.orderId, orderIds));
};

const byOrderId = (one: Ticket, other: Ticket): number => (one.orderId < other.orderId ? -1 : 1);
