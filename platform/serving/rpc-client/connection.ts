import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { minTlsVersion } from '../../base/tls.ts';

export interface ClientTls {
  /** Authorities instead of the system's. In PEM, as the others. */
  ca?: Buffer;
  /** What we show of ourselves. */
  cert?: Buffer;
  key?: Buffer;
}

export interface ConnectionOptions {
  url: string;
  tls: ClientTls | undefined;
  /** For a sign of life from the other end. */
  pingTimeoutMs: number;
}

export interface Connection {
  readonly transport: Transport;
  /** Gives up a connection that does not come about; the next call makes a new one. */
  readonly dropConnecting: () => void;
  readonly close: () => void;
}

// After so long without a sound of the other end it is asked for a sign of life.
const pingIntervalMs = 10_000;
const maxAnswerBytes = 4_194_304;

/** One HTTP/2 connection for all calls: made with the first one, again when it is lost. */
export const openConnection = ({ url, tls, pingTimeoutMs }: ConnectionOptions): Connection => {
  const pings = { pingIntervalMs, pingTimeoutMs };
  const session = new Http2SessionManager(url, pings, { ...tls, minVersion: minTlsVersion });
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager: session,
    acceptCompression: [],
    readMaxBytes: maxAnswerBytes,
  });
  return {
    transport,
    // Node has no limit for it: behind a silent machine all calls would wait for minutes.
    dropConnecting: () => {
      if (session.state() === 'connecting') session.abort();
    },
    close: () => session.abort(),
  };
};
