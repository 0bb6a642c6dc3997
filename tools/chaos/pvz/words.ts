/** The report's text about the pick-up point. */
export const pvzWords = {
  heading: 'The pick-up point',
  intro: (ordersPerSecond: number) =>
    `pvz accepts an order ${ordersPerSecond} times a second, or imports three, over gRPC, Connect and REST (RATE_LIMIT=0); many are then issued, brought back
and given back to the courier, and some calls must be refused. One pvz, two publishers, one pvz-notifier, one Postgres (fsync on), one Kafka broker; all
processes reach both through a proxy. After each fault the outbox is let drain, the FAILED events are redriven with the function that
\`./inorder redrive\` calls, and everything in Kafka is held against the outbox.`,
  notes: `- _FAILED_: events that had no attempts left, as the policy \`pvz\` wants it. A trigger notes each attempt that is counted: all of them while the
  topic could not be written, three of a FAILED event, two seconds apart. Under any other fault an attempt or a FAILED event would be a fault.
- _out of order_: a FAILED event comes late once it is redriven, and says so in its header; without the header it would count here.
- _again_: the same event once more, which at-least-once delivery allows and consumers drop.
- _refused_: calls to pvz without an answer of success, while something it needs was unavailable; those refused on purpose do not count.
- _flow_: seconds from the end of the fault until the events of 12 fresh orders, over every protocol, were in Kafka.
- _settled_: seconds from the end of the load until every event was sent, redriven where it was FAILED, and logged by pvz-notifier.
- Held besides after each fault: every order has the history that the answers to its calls promise, nothing more and nothing less (where an
  answer was lost, GetOrderHistory tells, once and for all); every change has one event, with its status; pvz-notifier has logged every event and nothing
  else, has seen no violation, and after its kill went on between its committed offset and the first event that it had not logged.`,
};
