import type { Pool } from '#platform/database/pool.ts';
import type { EventType, OrderStatus, ServiceName } from '../../services/booking/domain/saga.ts';
import { sagaTimer } from '../../services/booking/store/saga-timer.ts';
import { actedOnBy } from '../booking/acted-on.ts';
import { services } from './scenario.ts';

type Outcome = 'HANDLED' | 'PARKED' | 'DEAD' | null;

/** An event in the outbox of a service, and what became of it in each inbox. */
export interface EventSeen {
  readonly producer: ServiceName;
  readonly id: string;
  readonly type: EventType;
  readonly sequence: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly outcomes: Readonly<Record<ServiceName, Outcome>>;
}

/** What the tables of the three services have of an order, at one moment. */
export interface Snapshot {
  readonly orderId: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly amountMinor: number;
  readonly eventCount: number;
  readonly factCount: number;
  readonly isStuck: boolean;
  readonly dueTimers: number;
  readonly facts: readonly EventType[];
  readonly payment: {
    status: 'AUTHORIZED' | 'REFUSED' | 'VOIDED' | 'REFUNDED';
    paymentId: string | null;
    eventCount: number;
  } | null;
  readonly ticket: {
    status: 'ISSUED' | 'REJECTED' | 'CANCELLED';
    ticketId: string | null;
    flight: string | null;
    seat: number | null;
    eventCount: number;
  } | null;
  readonly events: readonly EventSeen[];
}

/** The name under which each service's inbox records what it handled. */
export const consumers: Readonly<Record<ServiceName, string>> = {
  booking: 'order-service',
  payment: 'payment-service',
  ticket: 'ticket-service',
};

const outcomes = services
  .map(
    (name) => `'${name}', (SELECT outcome FROM ${name}.inbox i
       WHERE i.event_id = e.id AND i.consumer = '${consumers[name]}')`,
  )
  .join(', ');

const events = services
  .map(
    (name) => `SELECT '${name}' AS producer, id, event_type AS type, sequence,
       payload -> 'payload' AS payload, json_build_object(${outcomes}) AS outcomes
  FROM ${name}.outbox e WHERE e.key = o.order_id::text`,
  )
  .join(' UNION ALL ');

const select = `
  SELECT o.order_id AS "orderId", o.user_id AS "userId", o.status, o.amount_minor::float8 AS "amountMinor",
         o.event_count::int AS "eventCount", o.sequence::int AS "factCount",
         o.stuck_since IS NOT NULL AS "isStuck",
         (SELECT count(*)::int FROM booking.timers t WHERE t.kind = '${sagaTimer}'
             AND t.key = o.order_id::text AND t.due_at <= clock_timestamp()) AS "dueTimers",
         ARRAY(SELECT type FROM booking.facts f WHERE f.order_id = o.order_id ORDER BY sequence) AS facts,
         (SELECT json_build_object('status', status, 'paymentId', payment_id, 'eventCount', event_count)
            FROM payment.booking_payments p WHERE p.order_id = o.order_id) AS payment,
         (SELECT json_build_object('status', status, 'ticketId', ticket_id, 'flight', flight, 'seat', seat,
                 'eventCount', event_count) FROM ticket.tickets t WHERE t.order_id = o.order_id) AS ticket,
         coalesce((SELECT json_agg(e ORDER BY producer, sequence) FROM (${events}) e), '[]') AS events
    FROM booking.orders o WHERE o.user_id = ANY ($1::uuid[]) ORDER BY o.order_id`;

/** Reads all orders of these users. */
export const readSnapshots = async (pool: Pool, userIds: readonly string[]): Promise<Snapshot[]> =>
  (await pool.query<Snapshot>({ name: 'model_snapshots', text: select, values: [userIds] })).rows;

const outcomesOf = ({ events: seen }: Snapshot): Outcome[] =>
  seen.flatMap((event) => actedOnBy[event.type].map((service) => event.outcomes[service]));

/** Whether nothing moves: every event was handled by each service that acts on it, or is a dead letter there. */
export const isSettled = (snapshot: Snapshot): boolean =>
  snapshot.dueTimers === 0 &&
  outcomesOf(snapshot).every((outcome) => outcome === 'HANDLED' || outcome === 'DEAD');

/** The dead letters of an order, by the service that gave the event up. */
export const deadLettersOf = ({
  events: seen,
}: Snapshot): { service: ServiceName; event: EventSeen }[] =>
  seen.flatMap((event) =>
    services
      .filter((service) => event.outcomes[service] === 'DEAD')
      .map((service) => ({ service, event })),
  );
