/** The report's text about systems in which single servers fail. */
export const clusterWords = {
  heading: 'Servers that fail in part',
  intro: (ordersPerSecond: number) =>
    `The rocket yard, ${ordersPerSecond} orders a second, on three Kafka brokers (three copies, two of them must have a write) and a Postgres primary
with a synchronous standby. Every process reaches each server through a proxy.`,
  notes: `- Held after each fault: what is held of the rocket yard, and that every process says it is ready again. None is started again for
  that, but for the one whose log could not be written, which must end by itself with an exit code.
- While it lasts, those that are concerned must say that they are not ready, and why: of a read-only database all services, of a
  dead-letter topic the consumers whose letters wait for it. Of a wrong clock the process that has it must tell, and stay ready.
- While a broker answers to nobody, events of partitions that others lead must be sent.
- _foreign_: without the messages that the fault itself put into a topic to become dead letters.`,
};
