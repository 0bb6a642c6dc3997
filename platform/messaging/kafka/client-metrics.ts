import type {
  Admin,
  AdminConfig,
  Consumer,
  ConsumerConfig,
  Kafka,
  Producer,
  ProducerConfig,
  RequestEvent,
} from 'kafkajs';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Returns the client, measured: what its producers, consumers and admins ask brokers is counted. */
export type MeasureKafka = (kafka: Kafka) => Kafka;

// From a heartbeat of the same machine to the limit of 5 s; a fetch without messages takes half a second.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/**
 * Creates the metrics of Kafka clients from the events of kafkajs. All clients of a process share them; their
 * producers, consumers and admins are distinguished.
 */
export const createKafkaMetrics = (registry: Registry): MeasureKafka => {
  const registers = [registry];
  const durations = new Histogram({
    name: 'kafka_client_request_seconds',
    help: 'Requests to brokers that were answered, from sending to the answer. A fetch waits for messages.',
    labelNames: ['client', 'request'],
    buckets,
    registers,
  });
  const connects = new Counter({
    name: 'kafka_client_connects_total',
    help: 'Clients that connected: the first time, and again after each failure.',
    labelNames: ['client'],
    registers,
  });
  const errors = new Counter({
    name: 'kafka_client_errors_total',
    help: 'Failures of clients, by reason: timeout of a request, crash of a consumer.',
    labelNames: ['client', 'reason'],
    registers,
  });
  const measured = <Client extends Producer | Consumer | Admin>(
    client: string,
    made: Client,
  ): Client => {
    const { on, events } = made as unknown as Measured;
    on(events.REQUEST, ({ payload }) => {
      const { apiName: request, duration } = payload as RequestEvent['payload'];
      durations.observe({ client, request }, duration / 1_000);
    });
    on(events.CONNECT, () => connects.inc({ client }));
    // Series that begin with their first failure would show no increase.
    for (const reason of events.CRASH === undefined ? ['timeout'] : ['timeout', 'crash'])
      errors.inc({ client, reason }, 0);
    on(events.REQUEST_TIMEOUT, () => errors.inc({ client, reason: 'timeout' }));
    if (events.CRASH !== undefined) on(events.CRASH, () => errors.inc({ client, reason: 'crash' }));
    return made;
  };
  return (kafka) => {
    const producer = kafka.producer.bind(kafka);
    const consumer = kafka.consumer.bind(kafka);
    const admin = kafka.admin.bind(kafka);
    return Object.assign(kafka, {
      producer: (options: ProducerConfig) => measured('producer', producer(options)),
      consumer: (options: ConsumerConfig) => measured('consumer', consumer(options)),
      admin: (options: AdminConfig) => measured('admin', admin(options)),
    });
  };
};

interface Measured {
  readonly on: (event: string, listener: (event: { payload: unknown }) => void) => unknown;
  readonly events: Readonly<{
    CONNECT: string;
    REQUEST: string;
    REQUEST_TIMEOUT: string;
    CRASH?: string;
  }>;
}
