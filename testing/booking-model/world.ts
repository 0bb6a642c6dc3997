import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Logger } from '#platform/base/logger.ts';
import { loadConfig } from '#platform/base/config.ts';
import { createCache, type Cache } from '#platform/cache/cache.ts';
import { createCacheMetrics } from '#platform/cache/metrics.ts';
import { openRedis } from '#platform/cache/redis.ts';
import type { Pool } from '#platform/database/pool.ts';
import { ensureTopics } from '#platform/messaging/kafka/admin.ts';
import { startTimers } from '#platform/messaging/timer/start-timers.ts';
import { findWorkflow } from '#platform/messaging/workflow.ts';
import type { ServiceName } from '../../services/booking/domain/saga.ts';
import { configSchema as bookingConfig } from '../../services/booking/config.ts';
import { orderEvents as bookingEvents } from '../../services/booking/consumers/order-events.ts';
import type { OrderWithFacts } from '../../services/booking/domain/order.ts';
import { createSagaMetrics } from '../../services/booking/metrics.ts';
import { cacheOrders } from '../../services/booking/store/cached-orders.ts';
import type { SaveDeps } from '../../services/booking/store/save-created.ts';
import { sagaTimer } from '../../services/booking/store/saga-timer.ts';
import { countStuck } from '../../services/booking/store/stuck.ts';
import { sagaTimeouts } from '../../services/booking/timers/saga-timeouts.ts';
import { createUseCases } from '../../services/booking/use-cases.ts';
import { configSchema as paymentConfig } from '../../services/payment/config.ts';
import { orderEvents as paymentEvents } from '../../services/payment/consumers/order-events.ts';
import { configSchema as ticketConfig } from '../../services/ticket/config.ts';
import { orderEvents as ticketEvents } from '../../services/ticket/consumers/order-events.ts';
import { createTestDatabase, type TestDatabase } from '../engines/database.ts';
import { startTestRedis } from '../engines/redis.ts';
import { createTestKafka } from '../kafka-topic.ts';
import { drained } from './drained.ts';
import { createPlans, type Plans } from './plans.ts';
import { createReaders, type StartReader } from './readers.ts';
import { partitions, startRelay } from './relay.ts';
import { runService, type ServicePlan, type Surroundings } from './running-service.ts';
import { services } from './scenario.ts';
import { consumers } from './snapshots.ts';
import { createWatch, type Watch } from './watch.ts';
import { openTestPool } from '../test-pool.ts';

export const limitMinor = 1_000_000;
const blockedCount = 2_000;
// longer than any run: the scenarios say when the time of an order is over
const sagaTimeoutMs = 24 * 3_600_000;

export interface BookingParts {
  useCases: Pick<ReturnType<typeof createUseCases>, 'createOrder' | 'refundOrder' | 'listOrders'>;
  /** Tells that a timer has become due. */
  timerDue: () => void;
}

/** The three services of the saga, on a database and a topic of their own; all scenarios share them. */
export interface World {
  readonly admin: Pool;
  readonly plans: Plans;
  readonly watch: Watch;
  readonly booking: () => BookingParts;
  readonly startReader: StartReader;
  /** Returns a new user whose orders are not paid. */
  nextBlocked(): string;
  /** Returns a number that no one else gets. */
  nextNumber(): number;
  kills(): number;
  /** Resolves when the services have read all that there is. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

export const openWorld = async (logger: Logger): Promise<World> => {
  const database = await createTestDatabase();
  const admin = openTestPool(database.adminUrl, 12);
  const redis = await startTestRedis();
  const cache = await openCache(redis.url, logger);
  const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';
  const kafka = createTestKafka(brokers);
  const topic = `test.${randomUUID()}`;
  const plan = { replication: 1, minInsync: 1, retentionMs: 3_600_000 };
  const plans = [
    { name: topic, partitions, ...plan },
    { name: `${topic}.dlq`, partitions: 1, ...plan },
  ];
  await ensureTopics({ kafka, plans, waitMs: 20_000 });
  const blocked = Array.from({ length: blockedCount }, () => randomUUID());
  const settings = { database, brokers, topic, blocked };
  const groups = services.map((name) => groupOf(topic, name));
  const around: Surroundings = { database, admin, kafka, logger, plans: createPlans() };
  const booking = runService(around, bookingPlan(around, { ...settings, cache }));
  const payment = runService(around, paymentPlan(settings));
  const ticket = runService(around, ticketPlan(settings));
  const relay = startRelay({ pool: admin, kafka, topic, plans: around.plans });
  const watch = createWatch(admin, (orderId) => relay.isBusyWith(orderId));
  let number = 0;
  return {
    ...{ admin, plans: around.plans, watch },
    booking: () => booking.parts(),
    startReader: createReaders(admin, cache),
    nextBlocked: () => blocked.pop() ?? randomUUID(),
    nextNumber: () => (number += 1),
    kills: () => booking.kills() + payment.kills() + ticket.kills(),
    drained: () => drained(kafka, topic, groups),
    close: async () => {
      watch.stop();
      await relay.stop();
      await Promise.all([booking.stop(), payment.stop(), ticket.stop()]);
      await admin.end();
      cache.close();
      await redis.close();
    },
  };
};

/** A cache that gives a busy machine time, and whose entries outlive the run. */
const openCache = async (url: string, logger: Logger): Promise<Cache> => {
  const redis = await openRedis({ url, logger, deadlineMs: 30_000 });
  const metrics = createCacheMetrics(new Registry());
  const times = { ttlMs: 24 * 3_600_000, leaseMs: 60_000 };
  return createCache({ redis, metrics, logger, service: 'model', ...times });
};

interface Settings {
  database: TestDatabase;
  brokers: string;
  topic: string;
  blocked: readonly string[];
}

const groupOf = (topic: string, name: ServiceName): string => `${topic}.${name}`;

const common = ({ database, brokers, topic }: Settings, name: ServiceName) => ({
  DATABASE_URL: database.urlFor(name),
  KAFKA_BROKERS: brokers,
  KAFKA_RETRY_MAX_ATTEMPTS: '3',
  KAFKA_RETRY_BACKOFF_BASE: '20ms',
  KAFKA_BOOKING_ORDER_EVENTS_TOPIC: topic,
});

const afterCommit = () => undefined;

const unasked = () => Promise.reject(new Error('no scenario asks for this'));

const bookingPlan = (
  { plans, logger }: Surroundings,
  settings: Settings & { cache: Cache },
): ServicePlan<BookingParts> => {
  const { topic, cache } = settings;
  const group = groupOf(topic, 'booking');
  const env = { ...common(settings, 'booking'), KAFKA_BOOKING_CONSUMER_GROUP_ID: group };
  const config = loadConfig(bookingConfig, env);
  return {
    name: 'booking',
    consumer: ({ pool, registry }) => {
      const metrics = createSagaMetrics(registry, () => countStuck(pool));
      const orders = cacheOrders(pool, cache);
      const afterCommit = (changed: readonly OrderWithFacts[]) => void orders.noteChanged(changed);
      return bookingEvents(config, { pool, metrics, afterCommit });
    },
    open: ({ pool, registry }) => {
      const orders = cacheOrders(pool, cache);
      const afterCommit = (orderIds: readonly string[]) => void orders.noteOrders(orderIds);
      const save = { pool, topic, sagaTimeoutMs, afterCommit };
      const kinds = timeoutsAsScripted(save, plans);
      const timers = startTimers({ pool, schema: 'booking', kinds, logger, registry });
      const useCases = createUseCases({
        save,
        orders,
        payment: { findPayment: unasked },
        ticket: { findTicket: unasked, findLoad: unasked },
        watches: {} as never,
        findEvents: findWorkflow(pool, 'booking', consumers.booking),
        priceRules: {} as never,
        quoteValidityMs: 1,
      });
      const timerDue = () => timers.scheduled(sagaTimer, 0);
      return { parts: { useCases, timerDue }, stop: () => timers.stop() };
    },
  };
};

/** The service holds or compensates all orders; here each script decides, so a mixed batch is fired one by one. */
const timeoutsAsScripted = (save: SaveDeps, plans: Plans) => {
  const hold = sagaTimeouts({ save, onTimeout: 'hold' });
  const compensate = sagaTimeouts({ save, onTimeout: 'compensate' });
  return Object.fromEntries(
    Object.entries(hold).map(([kind, held]) => [
      kind,
      {
        ...held,
        handle: async (...[tx, timers]: Parameters<typeof held.handle>) => {
          const wanted = timers.map(({ key }) => plans.scriptOf(key)?.onTimeout ?? 'hold');
          if (new Set(wanted).size > 1) throw new Error('a mixed batch');
          const chosen = wanted[0] === 'compensate' ? compensate[kind] : held;
          await chosen?.handle(tx, timers);
        },
      },
    ]),
  );
};

const paymentPlan = (settings: Settings): ServicePlan<undefined> => {
  const config = loadConfig(paymentConfig, {
    ...common(settings, 'payment'),
    KAFKA_PAYMENT_CONSUMER_GROUP_ID: groupOf(settings.topic, 'payment'),
    PAYMENT_LIMIT_MINOR: String(limitMinor),
    BLOCKED_USERS: settings.blocked.join(','),
  });
  return {
    name: 'payment',
    consumer: ({ pool }) => paymentEvents(config, { clock: pool.clock, afterCommit }),
    open: nothingElse,
  };
};

const ticketPlan = (settings: Settings): ServicePlan<undefined> => {
  const group = groupOf(settings.topic, 'ticket');
  const env = { ...common(settings, 'ticket'), KAFKA_TICKET_CONSUMER_GROUP_ID: group };
  const config = loadConfig(ticketConfig, env);
  return {
    name: 'ticket',
    consumer: ({ pool }) => ticketEvents(config, { clock: pool.clock, afterCommit }),
    open: nothingElse,
  };
};

const nothingElse = () => ({ parts: undefined, stop: () => Promise.resolve() });
