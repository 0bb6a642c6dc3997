import { startSystem, type System, type SystemOptions } from '../publisher/system.ts';
import type { RestContract } from '../services/rest-client.ts';
import { startService, type RunningService } from '../services/start-service.ts';
import type { TestProcess } from '../engines/process.ts';

/** Booking's REST contract. */
export const bookingRest: RestContract = {
  paths: {
    CreateOrder: 'POST /orders',
    GetOrder: 'GET /orders/{order_id}',
    GetWorkflow: 'GET /orders/{order_id}/workflow',
    RefundOrder: 'POST /orders/{order_id}/refund',
    ListOrders: 'GET /orders',
    QuotePrice: 'POST /quotes',
  },
  answerFields: { GetOrder: 'order' },
};

type Env = Readonly<Record<string, string>>;
export type SagaService = 'booking' | 'payment' | 'ticket';

/** Settings of the three services and the publisher. */
export type SagaEnv = Partial<Record<SagaService | 'publisher', Env>>;

/** The three services of the saga and a publisher, as processes on a database and a broker of their own. */
export interface BookingSystem {
  readonly system: System;
  /** The process of each service that was started last. */
  readonly services: Record<SagaService, RunningService>;
  readonly publisher: TestProcess;
  /** Starts a service again, on the ports that it had. */
  restart(name: SagaService, env?: Env): Promise<RunningService>;
  close(): Promise<void>;
}

export const sagaSources = 'booking,payment,ticket';

/** Starts them, with settings that may depend on the database and the broker. Closing ends them all. */
export const startBooking = async (
  settings: SagaEnv | ((system: System) => Promise<SagaEnv>) = {},
  options: SystemOptions = {},
): Promise<BookingSystem> => {
  const system = await startSystem(options);
  const env = typeof settings === 'function' ? await settings(system) : settings;
  const start = (name: SagaService, own: Env = {}) =>
    startService({
      name,
      rest: name === 'booking' ? bookingRest : { paths: {} },
      env: {
        DATABASE_URL: system.database.urlFor(name),
        KAFKA_BROKERS: system.brokers,
        KAFKA_RETRY_BACKOFF_BASE: '100ms',
        ...env[name],
        ...own,
      },
    });
  const [payment, ticket] = await Promise.all([start('payment'), start('ticket')]);
  const neighbours = {
    PAYMENT_URL: `http://127.0.0.1:${payment.grpcPort}`,
    TICKET_URL: `http://127.0.0.1:${ticket.grpcPort}`,
  };
  const services = { payment, ticket, booking: await start('booking', neighbours) };
  const publisher = await system.startPublisher('publisher', {
    OUTBOX_SOURCES: sagaSources,
    ...env.publisher,
  });
  return {
    system,
    services,
    publisher,
    restart: async (name, own = {}) => {
      const { grpcPort, httpPort } = services[name];
      const ports = { GRPC_PORT: String(grpcPort), HTTP_PORT: String(httpPort) };
      services[name] = await start(name, { ...neighbours, ...ports, ...own });
      return services[name];
    },
    close: async () => {
      for (const service of Object.values(services)) {
        service.closeClients();
        service.process.kill('SIGKILL');
      }
      await system.close();
    },
  };
};
