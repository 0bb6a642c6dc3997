import { findFreePort } from '#platform/testing/free-port.ts';
import { waitFor } from '#platform/testing/wait-for.ts';
import { startPart, type Part } from './part.ts';

export interface PartsOptions {
  /** For a role, through the proxy. */
  databaseUrlOf: (role: string) => string;
  proxiedBrokers: string;
  /** Past the proxy. */
  brokers: string;
}

export interface Parts {
  /** The HTTP address of loms; it keeps it when it is started again. */
  url: string;
  loms: Part;
  publishers: readonly Part[];
  notifiers: readonly Part[];
  ready(): Promise<void>;
}

const addressOf = (port: number) => `http://127.0.0.1:${port}`;

/** loms, two publishers and three notifiers, each with ports that stay its own. */
export const startParts = async (options: PartsOptions): Promise<Parts> => {
  const ports: number[] = [];
  const start = async (name: string, service: string, env: Record<string, string>) => {
    const port = await findFreePort();
    ports.push(port);
    const entry = `services/${service}/main.ts`;
    return startPart({ name, entry, env: { HTTP_PORT: String(port), ...env } });
  };
  const loms = await start('loms', 'loms', {
    DATABASE_URL: options.databaseUrlOf('loms'),
    GRPC_PORT: String(await findFreePort()),
    LOG_LEVEL: 'warn',
  });
  const publisher = (name: string) =>
    start(name, 'outbox-publisher', {
      DATABASE_URL: options.databaseUrlOf('publisher'),
      KAFKA_BROKERS: options.proxiedBrokers,
      OUTBOX_SOURCES: 'loms',
    });
  // a line for each event would be millions; violations are errors
  const notifier = (name: string) =>
    start(name, 'notifier', {
      KAFKA_BROKERS: options.brokers,
      REPLICA: name,
      LOG_LEVEL: 'warn',
    });
  const inTurn = async (make: (name: string) => Promise<Part>, names: readonly string[]) => {
    const parts: Part[] = [];
    for (const name of names) parts.push(await make(name));
    return parts;
  };
  return {
    url: addressOf(ports[0] ?? 0),
    loms,
    publishers: await inTurn(publisher, ['publisher-1', 'publisher-2']),
    notifiers: await inTurn(notifier, ['notifier-1', 'notifier-2', 'notifier-3']),
    ready: async () => {
      await Promise.all(ports.map((port) => untilReady(addressOf(port))));
    },
  };
};

const untilReady = (url: string): Promise<unknown> =>
  waitFor(async () => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok, {
    what: `${url} to be ready`,
    timeoutMs: 30_000,
  });
