/** The report's text about the rocket yard. */
export const yardWords = {
  heading: 'The rocket yard',
  intro: (ordersPerSecond: number) =>
    `Orders of ships, ${ordersPerSecond} a second, over gRPC, Connect and REST to both replicas of order: by turns paid at once, paid later,
cancelled, left unpaid. One inventory, one payment; two replicas each of order, assembly, notification and the publisher. All of them
reach Postgres and Kafka through proxies, and so does order inventory and payment. A build takes up to a second.`,
  notes: `- _again_: the same event once more in Kafka; consumers drop it. _told twice_: messages that notification has said once more,
  because it died or lost the database between the message and the commit; under any other fault that would be a fault.
- _refused_: calls to order without an answer of success.
- _flow_: seconds from the end of the fault until 12 fresh orders, over every protocol, were ASSEMBLED and their events delivered.
- _settled_: seconds from the end of the load until nothing was left to be done: no timer, no event unsent or not handled,
  nothing parked. An undo that failed while its service was unavailable is tried again ever further apart.
- Held after each fault: every order that was answered as paid is ASSEMBLED within 15 s of flow being back, one that was
  cancelled is CANCELLED, one that was left is PENDING_PAYMENT; an order that was said not to be kept is not there. Every paid order
  has one charge, one OrderPaid, one build, one ShipAssembled; every event has one row in the inbox of each of its consumers,
  HANDLED; two messages, of nothing else any. Charges without a paid order: none. Reserved are the pieces of unpaid orders and no
  others, and the stock has fallen by those of paid ones exactly. No dead letter, nothing parked, no violation.`,
};
