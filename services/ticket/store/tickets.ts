import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Ticket } from '../domain/ticket.ts';

const select = `SELECT order_id AS "orderId", status, ticket_id AS "ticketId", flight, seat, reason,
       event_count AS "eventCount", created_at AS "createdAt", updated_at AS "updatedAt"
  FROM ticket.tickets`;

const selectTicket = prepareStatement<Ticket>('ticket_find', `${select} WHERE order_id = $1`);

// always in the order of their ids, so that two transactions cannot deadlock
const lockTicketsById = prepareStatement<Ticket>(
  'ticket_lock',
  `${select} WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id FOR UPDATE`,
);

/** Finds the ticket of an order. */
export const findTicket =
  (pool: Queryable) =>
  async (orderId: string): Promise<Ticket | undefined> =>
    (await selectTicket(pool, [orderId]))[0];

/** Locks and returns the tickets of these orders that there are, until the transaction ends. */
export const lockTickets =
  (tx: { readonly client: Queryable }) =>
  (orderIds: readonly string[]): Promise<Ticket[]> =>
    lockTicketsById(tx.client, [orderIds]);
