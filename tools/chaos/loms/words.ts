/** The report's text about loms. */
export const lomsWords = {
  heading: 'Orders of goods',
  intro: (ordersPerSecond: number) =>
    `Four writers place ${ordersPerSecond} orders a second, pay every second one and cancel every fourth; two publishers, three
notifiers, one Postgres (fsync on), one Kafka broker. The publishers and loms reach both through a proxy. After each
fault the outbox is let drain and everything in Kafka is held against it.`,
  notes: `- The writing transaction is held beside the faults of connections only: while it is open, the publishers neither read
  ahead nor raise their floor. All other faults meet them with both.
- _again_: the same event once more, which at-least-once delivery allows and consumers drop.
- _refused_: calls to loms without an answer of success, while something it needs was unavailable.
- _flow_: seconds from the end of the fault until the events of 16 fresh orders were in Kafka.
- _orders/s_: placed while the fault lasted and until flow was back; when loms or its database is unavailable, none can be.
- Checked besides after each fault: every order that loms had answered with success is in the database, with the status that
  it told; every order has as many events as its sequence says, the last one with its status; no notifier has seen a
  violation or a message that it could not read.`,
};
