/** The report's text about the booking saga. */
export const bookingWords = {
  heading: 'The booking saga',
  intro: (ordersPerSecond: number) =>
    `Orders of flights, ${ordersPerSecond} a second, over gRPC, Connect and REST to both replicas of booking: by turns left, refunded once their ticket is issued,
sent again with their idempotency key, over the payment's limit, of a blocked user, of a flight that has departed, of a flight with two seats.
Two replicas each of booking, payment, ticket and the publisher, of which one drops a fifth of its sends on purpose (OUTBOX_CHAOS=0.2); one Postgres
(fsync on), one Kafka broker, one Redis, all behind proxies. A saga that has not ended after 3 s is listed as stuck and waited for; in the faults called
_sagas time out_ it is taken back after 1 s.`,
  notes: `- _again_: the same event once more in Kafka; consumers drop it.
- _taken back_: orders that were cancelled because their saga had not ended in time; under any other fault one would be a fault.
- _refused_: calls to booking without an answer of success, while something it needs was unavailable. Each is made again with its
  idempotency key before the check.
- _flow_: seconds from the end of the fault until 12 fresh orders, over every protocol, had their tickets.
- _settled_: seconds from the end of the load until every call was answered, no event was unsent, unhandled or parked, and every saga had ended.
- Held after each fault, order by order over the three schemas: TICKET_ISSUED has a payment AUTHORIZED and a ticket ISSUED, REFUNDED a payment
  REFUNDED and a ticket CANCELLED, CANCELLED no payment or a VOIDED one and no ticket ISSUED, and there is nothing else. Each payment is of the
  order's amount and was authorized once and given back at most once; no flight has more tickets than seats, none was refused as sold out while
  it had seats; each service's events of an order are numbered 1 … n; each event is in the inbox of each consumer that acts on it once,
  HANDLED, and booking knows it. Every answered call has exactly one order, with the end that its answers promise, and there is no other order; GetOrder says so.
  No dead letter, nothing parked, no violation, nothing listed as stuck.`,
};
