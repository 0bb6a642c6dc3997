import { readFileSync } from 'node:fs';
import type { Interceptor, Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { CommandFailure } from './command-failure.ts';
import { messageOf } from './message-of.ts';

/** How a command line shows that it may call a server, and knows that it is the right one. */
export interface Trust {
  /** Sent as `authorization: Bearer …`. */
  token: string | undefined;
  /** The authorities of the server's certificate, instead of those that Node knows. */
  ca: Buffer | undefined;
}

/** Reads the two variables that all command lines share. */
export const readTrust = (env: Readonly<Record<string, string | undefined>>): Trust => {
  const file = env['INORDER_CA_FILE'];
  return { token: env['INORDER_TOKEN'], ca: file ? readCa(file) : undefined };
};

const readCa = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandFailure(`INORDER_CA_FILE ${file} cannot be read: ${messageOf(error)}`, 2);
  }
};

/** The headers that carry the token, if there is one. */
export const trustHeaders = ({ token }: Trust): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};

const withToken =
  (trust: Trust): Interceptor =>
  (next) =>
  (request) => {
    for (const [name, value] of Object.entries(trustHeaders(trust)))
      request.header.set(name, value);
    return next(request);
  };

export interface ConnectionOptions {
  url: string;
  trust: Trust;
  timeoutMs: number;
  /** Called around each call, before the token is added. */
  interceptors?: Interceptor[];
}

/** Calls a service with the Connect protocol. Every call has a deadline. */
export const createTransport = (options: ConnectionOptions): Transport => {
  const { url, trust, timeoutMs, interceptors = [] } = options;
  return createConnectTransport({
    baseUrl: url,
    httpVersion: '1.1',
    defaultTimeoutMs: timeoutMs,
    nodeOptions: trust.ca ? { ca: trust.ca } : {},
    interceptors: [...interceptors, withToken(trust)],
  });
};
