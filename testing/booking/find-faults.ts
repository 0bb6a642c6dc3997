import { actedOnBy } from './acted-on.ts';

/** Runs a query as a role that may read all three schemas. */
export type Query = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

const shown = 5;

/**
 * Describes, order by order, what contradicts the contract of booking across the schemas of booking, payment and
 * ticket, to be called when no work is left: `findUndone` finds nothing. Orders whose saga has not ended are no fault
 * when they count as stuck.
 */
export const findFaults = async (query: Query): Promise<string[]> => {
  const faults: string[] = [];
  for (const [what, sql] of Object.entries(rules)) {
    const rows = await query<object>(`${sql} LIMIT ${shown}`);
    faults.push(...rows.map((row) => `${what}: ${JSON.stringify(row)}`));
  }
  return faults;
};

/** An order whose saga has not ended. */
export interface UnderWay {
  readonly orderId: string;
  readonly isStuck: boolean;
  /** The services whose step, or whose compensation, is missing, by name. */
  readonly missing: readonly string[];
}

/** Finds the orders whose saga has not ended, by the events that the services have saved, by their ids. */
export const findUnderWay = (query: Query): Promise<UnderWay[]> =>
  query<UnderWay>(`
    SELECT order_id::text AS "orderId", stuck_since IS NOT NULL AS "isStuck", missing
      FROM (${sagasSql}) sagas WHERE missing <> '{}' ORDER BY order_id`);

/** Describes the work that the services have yet to do: events to send or to handle, messages that are parked. */
export const findUndone = async (query: Query): Promise<string[]> => {
  const rows = await query<{ what: string; n: number }>(undoneSql);
  return rows.map(({ what, n }) => `${n} ${what}`);
};

/** The consumer of each service. */
const consumers = {
  booking: 'order-service',
  payment: 'payment-service',
  ticket: 'ticket-service',
};
const schemas = Object.keys(consumers);
const unionOf = (select: (schema: string) => string): string =>
  schemas.map(select).join(' UNION ALL ');

const eventsSql = unionOf(
  (
    schema,
  ) => `SELECT '${schema}' AS schema, id, key::uuid AS order_id, sequence, event_type, payload, sent_at
    FROM ${schema}.outbox`,
);

// what each service has said of an order, in its sequence
const saidSql = `
  SELECT order_id, coalesce(array_agg(event_type ORDER BY event_type), '{}') AS types,
         string_agg(event_type, ' ' ORDER BY sequence) FILTER (WHERE schema = 'booking') AS booking_said,
         string_agg(event_type, ' ' ORDER BY sequence) FILTER (WHERE schema = 'payment') AS payment_said,
         string_agg(event_type, ' ' ORDER BY sequence) FILTER (WHERE schema = 'ticket') AS ticket_said
    FROM (${eventsSql}) events GROUP BY order_id`;

// the saga once more, in SQL: which service owes a step, or its compensation
const sagasSql = `
  SELECT o.order_id, o.status::text, o.stuck_since, booking_said, payment_said, ticket_said,
         p.status::text AS payment, t.status::text AS ticket,
         p.payment_id, t.ticket_id,
         array_remove(ARRAY[
           CASE WHEN NOT CASE WHEN types && '{TicketRejected,RefundRequested}' THEN 'PaymentRefunded' = ANY (types)
                              ELSE types && '{PaymentAuthorized,PaymentFailed}' END
                THEN 'payment' END,
           CASE WHEN NOT CASE WHEN 'RefundRequested' = ANY (types) THEN 'TicketCancelled' = ANY (types)
                              ELSE types && '{TicketIssued,TicketRejected}' OR NOT 'PaymentAuthorized' = ANY (types) END
                THEN 'ticket' END], NULL) AS missing
    FROM booking.orders o
    LEFT JOIN (${saidSql}) said USING (order_id)
    LEFT JOIN payment.booking_payments p USING (order_id)
    LEFT JOIN ticket.tickets t USING (order_id)`;

const handlings = Object.entries(actedOnBy).flatMap(([type, names]) =>
  names.map((name) => `('${type}', '${consumers[name]}')`),
);

// each event with each consumer that handles it
const wantedSql = `
  SELECT id, order_id, event_type, consumer FROM (${eventsSql}) events
    JOIN (VALUES ${handlings.join(', ')}) AS handling(event_type, consumer) USING (event_type)`;

const takenSql = unionOf(
  (schema) => `SELECT event_id AS id, consumer, outcome::text FROM ${schema}.inbox`,
);

/** Queries by the rule that they check; each returns what breaks its rule. */
const rules: Record<string, string> = {
  // the contract's sentence: what belongs together at the end; a refused payment is none
  'order, payment and ticket do not go together': `
    SELECT order_id, status, payment, ticket FROM (${sagasSql}) sagas
     WHERE missing = '{}'
       AND (status, coalesce(payment, '-'), coalesce(ticket, '-')) NOT IN (
             ('TICKET_ISSUED', 'AUTHORIZED', 'ISSUED'),
             ('CANCELLED', 'REFUSED', '-'), ('CANCELLED', 'REFUSED', 'CANCELLED'),
             ('CANCELLED', 'VOIDED', 'REJECTED'), ('CANCELLED', 'VOIDED', 'CANCELLED'),
             ('REFUNDED', 'REFUNDED', 'CANCELLED'))`,
  'a saga that has not ended and does not count as stuck': `
    SELECT order_id, status, payment_said, ticket_said, missing FROM (${sagasSql}) sagas
     WHERE missing <> '{}' AND stuck_since IS NULL`,
  'a saga that has ended and counts as stuck': `
    SELECT order_id, status, stuck_since FROM (${sagasSql}) sagas
     WHERE missing = '{}' AND stuck_since IS NOT NULL`,
  'a payment is not what its events say': `
    SELECT order_id, payment, payment_said FROM (${sagasSql}) sagas
     WHERE coalesce(payment_said, '-') <> ALL (CASE
             WHEN payment = 'AUTHORIZED' THEN '{PaymentAuthorized}'
             WHEN payment = 'REFUSED' THEN '{PaymentFailed,PaymentFailed PaymentRefunded}'
             WHEN payment_id IS NOT NULL THEN '{PaymentAuthorized PaymentRefunded}'
             WHEN payment = 'VOIDED' THEN '{PaymentRefunded}'
             ELSE '{-}' END::text[])`,
  'a ticket is not what its events say': `
    SELECT order_id, ticket, ticket_said FROM (${sagasSql}) sagas
     WHERE coalesce(ticket_said, '-') <> ALL (CASE
             WHEN ticket = 'ISSUED' THEN '{TicketIssued}'
             WHEN ticket = 'REJECTED' THEN '{TicketRejected}'
             WHEN ticket_id IS NOT NULL THEN '{TicketIssued TicketCancelled}'
             WHEN ticket = 'CANCELLED' THEN '{TicketCancelled,TicketRejected TicketCancelled}'
             ELSE '{-}' END::text[])`,
  'an order was not created, or not taken back, once': `
    SELECT order_id, status, booking_said FROM (${sagasSql}) sagas
     WHERE coalesce(booking_said, '-') NOT IN ('OrderCreated', 'OrderCreated RefundRequested')`,
  'a payment or a ticket without an order': `
    SELECT order_id, p.status AS payment, t.status AS ticket
      FROM payment.booking_payments p FULL JOIN ticket.tickets t USING (order_id)
     WHERE NOT EXISTS (SELECT FROM booking.orders o WHERE o.order_id = coalesce(p.order_id, t.order_id))`,
  'a payment of another amount, or of another user': `
    SELECT order_id, o.amount_minor AS ordered, p.amount_minor AS paid
      FROM booking.orders o JOIN payment.booking_payments p USING (order_id)
     WHERE p.amount_minor IS NOT NULL AND (p.amount_minor, p.user_id) <> (o.amount_minor, o.user_id)`,
  'a ticket of another flight': `
    SELECT order_id, flight
      FROM booking.orders o JOIN ticket.tickets t USING (order_id)
     WHERE flight <> format('%s-%s-%sT%s-%s', origin, destination, flight_date, flight_time, airline)`,
  'more seats of a flight than there are, or none left though some are free': `
    SELECT flight, capacity, issued, ever, sold_out
      FROM ticket.flights
      JOIN (SELECT flight, count(*) FILTER (WHERE status = 'ISSUED') AS issued, max(seat) AS highest,
                   count(seat) AS ever, count(*) FILTER (WHERE reason = 'sold-out') AS sold_out
              FROM ticket.tickets GROUP BY flight) seats USING (flight)
     WHERE issued > capacity OR highest > capacity OR (sold_out > 0 AND ever < capacity)`,
  'the events of a service about an order are not numbered from one': `
    SELECT schema, order_id, counted, sequences
      FROM (SELECT schema, order_id, array_agg(sequence ORDER BY sequence) AS sequences
              FROM (${eventsSql}) events GROUP BY schema, order_id) said
      FULL JOIN (SELECT 'booking' AS schema, order_id, event_count AS counted FROM booking.orders
                 UNION ALL SELECT 'payment', order_id, event_count FROM payment.booking_payments
                 UNION ALL SELECT 'ticket', order_id, event_count FROM ticket.tickets) counts
          USING (schema, order_id)
     WHERE sequences IS DISTINCT FROM ARRAY(SELECT generate_series(1, counted))`,
  'an event that booking does not know of, or knows wrongly': `
    SELECT order_id, event_type, e.id AS said, f.event_id AS known
      FROM (${eventsSql}) e
      FULL JOIN (SELECT order_id, type AS event_type, event_id FROM booking.facts) f USING (order_id, event_type)
     WHERE e.id IS DISTINCT FROM f.event_id`,
  'the facts of an order are not numbered from one': `
    SELECT order_id, o.sequence AS counted, array_agg(f.sequence ORDER BY f.sequence) AS sequences
      FROM booking.orders o LEFT JOIN booking.facts f USING (order_id)
     GROUP BY order_id HAVING array_agg(f.sequence ORDER BY f.sequence) <> ARRAY(SELECT generate_series(1, o.sequence))`,
  'an event not handled once by each consumer that acts on it': `
    SELECT id, order_id, event_type, consumer, taken.outcome
      FROM (SELECT *, true AS is_event FROM (${wantedSql}) w) wanted
      FULL JOIN (${takenSql}) taken USING (id, consumer)
     WHERE wanted.is_event IS NULL OR taken.outcome IS DISTINCT FROM 'HANDLED'`,
  'a dead letter': unionOf(
    (schema) => `SELECT consumer, key, error FROM ${schema}.inbox_dead_letters`,
  ),
};

const undoneSql = `
  SELECT what, n FROM (
    ${unionOf(
      (schema) => `
    SELECT 'events of ${schema} unsent' AS what, count(*)::int AS n FROM ${schema}.outbox WHERE sent_at IS NULL
    UNION ALL SELECT 'keys parked at ${schema}', count(*)::int FROM ${schema}.inbox_parked_keys`,
    )}
    UNION ALL SELECT 'events yet to come to ' || consumer, count(*)::int
      FROM (${wantedSql}) wanted
     WHERE NOT EXISTS (SELECT FROM (${takenSql}) taken WHERE taken.id = wanted.id AND taken.consumer = wanted.consumer)
     GROUP BY consumer) left_over
   WHERE n > 0`;
