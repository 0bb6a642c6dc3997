import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { minTlsVersion } from '../../base/tls.ts';

export interface ClientTls {
  /** Authorities to trust instead of the system's, in PEM like the others. */
  ca?: Buffer;
  /** Our own certificate. */
  cert?: Buffer;
  key?: Buffer;
}

export interface ConnectionOptions {
  url: string;
  tls: ClientTls | undefined;
  /** How long to wait for the answer to a ping. */
  pingTimeoutMs: number;
}

export interface Connection {
  readonly transport: Transport;
  /** Gives up a connection that is not established; the next call makes a new one. */
  readonly dropConnecting: () => void;
  readonly close: () => void;
}

// After this time of silence the peer is pinged.
const pingIntervalMs = 10_000;
const maxAnswerBytes = 4_194_304;

/** Opens one HTTP/2 connection for all calls: established with the first one, again when it is lost. */
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
    // Node has no limit for it, so calls would wait for minutes for a silent machine.
    dropConnecting: () => {
      if (session.state() === 'connecting') session.abort();
    },
    close: () => session.abort(),
  };
};
