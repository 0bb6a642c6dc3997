import { findFreePort } from '../../testing/free-port.ts';
import type { Stores } from './engines.ts';
import { startPart, type Part } from '../../testing/engines/part.ts';
import { untilReadyAt } from '../../testing/services/start-service.ts';

export interface StartedPart extends Part {
  /** The HTTP URL, which stays the same over restarts. */
  readonly url: string;
  readonly grpcPort: number;
}

export interface Starter {
  readonly parts: readonly StartedPart[];
  /**
   * Starts `services/<service>/main.ts` on ports of its own, with its service's role; the given settings take
   * precedence.
   */
  start: (name: string, service: string, env?: Record<string, string>) => Promise<StartedPart>;
  /** Starts two publishers for these outboxes; the given settings are of the second one only. */
  startPublishers: (sources: string, ofSecond?: Record<string, string>) => Promise<void>;
  /** Resolves when everything started so far is ready. */
  ready(): Promise<void>;
}

/** Creates functions that start processes, which reach Postgres and Kafka through the proxies. */
export const createStarter = ({ databaseUrl, given }: Stores): Starter => {
  const parts: StartedPart[] = [];
  const start: Starter['start'] = async (name, service, env = {}) => {
    const [port, grpcPort] = [await findFreePort(), await findFreePort()];
    const common = {
      DATABASE_URL: roleUrl(databaseUrl, service, given.postgresPort),
      KAFKA_BROKERS: given.brokers,
      HTTP_PORT: String(port),
      GRPC_PORT: String(grpcPort),
      LOG_LEVEL: 'warn',
    };
    const entry = `services/${service}/main.ts`;
    const part = startPart({
      name,
      entry,
      env: { ...common, ...env, ...given.envOf?.(name) },
      stdoutFile: given.stdoutOf?.(name),
    });
    const started = { ...part, url: `http://127.0.0.1:${port}`, grpcPort };
    parts.push(started);
    return started;
  };
  return {
    parts,
    start,
    startPublishers: async (sources, ofSecond = {}) => {
      const DATABASE_URL = roleUrl(databaseUrl, 'publisher', given.postgresPort);
      const env = { DATABASE_URL, OUTBOX_SOURCES: sources, LOG_LEVEL: 'info' };
      await start('publisher-1', 'outbox-publisher', env);
      await start('publisher-2', 'outbox-publisher', { ...env, ...ofSecond });
    },
    ready: async () => {
      await Promise.all(parts.map(({ url }) => untilReadyAt(url)));
    },
  };
};

const roleUrl = (databaseUrl: string, role: string, port: number): string => {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = role;
  url.port = String(port);
  return url.href;
};
