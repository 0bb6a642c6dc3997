import pg from 'pg';
import { isPasswordRefused, openCredentials } from './password-file.ts';
import { isSessionShared } from './pooling.ts';
import { prepareSession } from './session.ts';
import { serverOf } from './url.ts';

export interface ConnectionOptions {
  url: string;
  applicationName: string;
  /** After this time without an answer a statement has failed; its connection must be given up. */
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

/** Opens a connection outside of any pool, without any settings. Its end does not end the process. */
export const openConnection = async (options: ConnectionOptions): Promise<pg.Client> => {
  const credentials = openCredentials(options.url);
  for (;;) {
    const { url } = credentials;
    const client = createClient({ ...options, url });
    // an error of the connection also rejects the running statement
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (!isPasswordRefused(error) || !(await credentials.renew(url))) throw error;
    }
  }
};

/** Opens a connection outside of any pool, with our settings, to a server that can do the work. */
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

/** Ends it at once; a graceful end would wait for ever for a peer that has vanished. */
export const cutConnection = (client: pg.ClientBase): void => {
  const own = client as pg.ClientBase & {
    connection: { stream: { destroy(): void } };
    end(): Promise<void>;
  };
  void own.end().catch(() => undefined);
  own.connection.stream.destroy();
};
