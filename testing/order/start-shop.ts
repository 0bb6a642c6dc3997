import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { createTestKafka } from '../kafka-topic.ts';
import { createTestDatabase, type TestDatabase } from '../engines/database.ts';
import { makeBookingTopic } from '../booking/make-topic.ts';
import { makeTopics } from '../events/event-messages.ts';
import type { RestContract } from '../services/rest-client.ts';
import { startService, type RunningService } from '../services/start-service.ts';

/** Order's REST contract, by the paths that begin with `/api/v1`. */
export const orderRest: RestContract = {
  paths: {
    CreateOrder: 'POST /api/v1/orders',
    GetOrder: 'GET /api/v1/orders/{order_id}',
    ListOrders: 'GET /api/v1/orders',
    PayOrder: 'POST /api/v1/orders/{order_id}/pay',
    CancelOrder: 'POST /api/v1/orders/{order_id}/cancel',
  },
  answerFields: { CreateOrder: 'order', GetOrder: 'order' },
};

type Env = Readonly<Record<string, string>>;

export interface Shop {
  readonly database: TestDatabase;
  readonly kafka: Kafka;
  readonly inventory: RunningService;
  readonly payment: RunningService;
  /** The topic of the ShipAssembled events. */
  readonly assemblyTopic: string;
  /** The settings with which payment reads the events of bookings. */
  readonly bookings: Env;
  /** Starts another order process on the same tables. By default it calls inventory and payment directly. */
  startOrder(env?: Env): Promise<RunningService>;
  /** Stops inventory and payment. */
  stop(): Promise<void>;
}

/** Starts inventory and payment as processes, with their own database and topics. */
export const startShop = async (): Promise<Shop> => {
  const database = await createTestDatabase();
  const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';
  const kafka = createTestKafka(brokers);
  const assemblyTopic = `${database.name}.assembly`;
  await makeTopics(kafka, [assemblyTopic, `${assemblyTopic}.dlq`]);
  const bookings = await makeBookingTopic(kafka, database);
  const start = (name: string, rest: RestContract, env: Env = {}) =>
    startService({ name, rest, env: { DATABASE_URL: database.urlFor(name), ...env } });
  const [inventory, payment] = await Promise.all([
    start('inventory', { paths: {} }),
    start('payment', { paths: {} }, bookings),
  ]);
  return {
    database,
    kafka,
    inventory,
    payment,
    assemblyTopic,
    bookings,
    startOrder: (env) =>
      start('order', orderRest, {
        INVENTORY_URL: `http://127.0.0.1:${inventory.grpcPort}`,
        PAYMENT_URL: `http://127.0.0.1:${payment.grpcPort}`,
        KAFKA_BROKERS: brokers,
        KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: assemblyTopic,
        KAFKA_ORDER_CONSUMER_GROUP_ID: `order-${database.name}`,
        ...env,
      }),
    stop: async () => {
      await Promise.all([inventory.stop(), payment.stop()]);
    },
  };
};
