import pg from 'pg';
import { isSessionShared } from './pooling.ts';
import { prepareSession } from './session.ts';
import { serverOf } from './url.ts';

export interface ConnectionOptions {
  url: string;
  applicationName: string;
  /** A statement without an answer for so long has failed; its connection must be given up. */
  queryTimeoutMs?: number;
}

export interface SessionConnectionOptions extends ConnectionOptions {
  /** Postgres settings of the session. */
  settings?: Readonly<Record<string, string>>;
}

const connectTimeoutMs = 3_000;

const createClient = ({ url, applicationName, queryTimeoutMs }: ConnectionOptions): pg.Client =>
  new pg.Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
  });

/** Opens a connection outside of any pool, as the server gives it. Its end is no event that ends the process. */
export const openConnection = async (options: ConnectionOptions): Promise<pg.Client> => {
  const client = createClient(options);
  // what breaks the connection fails the statement in hand, too
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** Opens a connection outside of any pool that can do the work, with our settings, as those of pools. */
export const openSession = async (options: SessionConnectionOptions): Promise<pg.Client> => {
  const { url, settings = {} } = options;
  const client = await openConnection(options);
  try {
    await prepareSession(client, {
      server: serverOf(url),
      settings,
      isShared: (own) => isSessionShared(own, () => openConnection(options)),
    });
    return client;
  } catch (error) {
    cutConnection(client);
    throw error;
  }
};

/** Ends it at once; a goodbye to a peer that has vanished would take for ever. */
export const cutConnection = (client: pg.ClientBase): void => {
  const own = client as pg.ClientBase & {
    connection: { stream: { destroy(): void } };
    end(): Promise<void>;
  };
  void own.end().catch(() => undefined);
  own.connection.stream.destroy();
};
