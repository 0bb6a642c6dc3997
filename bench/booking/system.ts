import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../deploy/local/redis.ts';
import { sagaSources, type SagaService } from '../../testing/booking/start-booking.ts';
import type { TestProcess } from '../../testing/engines/process.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { launchService, portOf, untilReady } from '../../testing/services/start-service.ts';
import { createTopics } from '../create-topics.ts';
import { openEnvironment, type Environment } from '../outbox/environment.ts';
import { startPublisher } from '../outbox/publisher.ts';

/** For so long the publisher gathers rows: nothing waits for the end of a saga as a caller does for its answer. */
export const coalesceMs = 20;

/** The system of bookings as real processes, for the benchmark alone. */
export interface BookingBench {
  environment: Environment;
  /** Of booking. */
  grpcPort: number;
  /** The processes whose CPU time is of interest, by name. */
  pids: Readonly<Record<string, number>>;
  /** How many statements the services and the publisher have sent. */
  countStatements: () => Promise<number>;
  close: () => Promise<void>;
}

/** Starts Postgres with full durability, Kafka, Redis, the three services and the publisher. */
export const openBookingBench = async (): Promise<BookingBench> => {
  const postgresSettings = {
    // tells when the end of a saga was committed, in the time of this machine
    track_commit_timestamp: 'on',
    shared_preload_libraries: 'pg_stat_statements',
  };
  const environment = await openEnvironment({ postgresSettings });
  await environment.query('CREATE EXTENSION pg_stat_statements');
  const kafka = { KAFKA_BROKERS: environment.brokers };
  await createTopics(environment.brokers);
  const folder = await mkdtemp(join(tmpdir(), 'inorder-bench-redis-'));
  const redis = await startRedis({
    dataDir: folder,
    port: await findFreePort(),
    logFile: join(folder, 'redis.log'),
    say: console.log,
  });
  const services = await startServices(environment, { ...kafka, REDIS_URL: redis.url });
  const settings = {
    OUTBOX_SOURCES: sagaSources,
    TOPICS_FILE: 'deploy/topics.yaml',
    PUBLISHER_COALESCE_MS: String(coalesceMs),
  };
  const publisher = await startPublisher(environment, settings);
  const processes = { ...services, publisher };
  const pids = Object.entries(processes).map(([name, { pid }]) => [name, pid] as const);
  return {
    environment,
    grpcPort: await portOf(services.booking, 'gRPC is open'),
    pids: {
      Postgres: environment.postgresPid,
      Kafka: environment.kafkaPid,
      ...Object.fromEntries(pids),
    },
    countStatements: async () => {
      const [row] = await environment.query<{ calls: number }>(
        `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
          WHERE userid <> 'postgres'::regrole`,
      );
      return row?.calls ?? 0;
    },
    close: async () => {
      await Promise.all(Object.values(processes).map((each) => each.stop()));
      await redis.stop();
      await environment.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const startServices = async (
  environment: Environment,
  env: Record<string, string>,
): Promise<Record<SagaService, TestProcess>> => {
  const start = async (name: SagaService, own: Record<string, string> = {}) => {
    const settings = { DATABASE_URL: environment.urlFor(name), LOG_LEVEL: 'info', ...env, ...own };
    return (await untilReady(launchService(name, settings))).process;
  };
  const [payment, ticket] = [await start('payment'), await start('ticket')];
  const urlOf = async (of: TestProcess) => `http://127.0.0.1:${await portOf(of, 'gRPC is open')}`;
  const neighbours = { PAYMENT_URL: await urlOf(payment), TICKET_URL: await urlOf(ticket) };
  return { payment, ticket, booking: await start('booking', neighbours) };
};
