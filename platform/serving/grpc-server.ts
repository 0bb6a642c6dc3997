import { file_grpc_health_v1_health } from '#gen/grpc/health/v1/health_pb.ts';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerOptions } from 'node:http2';
import { explainListenError } from '../base/listen-error.ts';
import type { Logger } from '../base/logger.ts';
import type { Readiness } from '../base/readiness.ts';
import { createGrpcHandlers } from './rpc/grpc-handlers.ts';
import { guardCalls } from './rpc/grpc-gate.ts';
import { startGrpcHealth } from './rpc/grpc-health.ts';
import { tuneHttp2 } from './rpc/grpc-http2.ts';
import { addGrpcReflection } from './rpc/grpc-reflection.ts';
import { defaultRpcLimits, type RpcLimits } from './rpc/limits.ts';
import type { RpcService } from './rpc/service.ts';
import type { ServerTls } from '../base/tls.ts';

export interface GrpcServerOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  services: readonly RpcService[];
  readiness: Readiness;
  logger: Logger;
  limits?: Partial<RpcLimits> | undefined;
  /** Default: plain text. */
  tls?: ServerTls | undefined;
  /** How long calls in progress may take when the server closes; then they are cut. Default 5,000. */
  drainTimeoutMs?: number;
  /** The setting named in the error when the port is taken. Default GRPC_PORT. */
  portSetting?: string;
}

export interface RunningServer {
  /** The port that was opened. */
  readonly port: number;
  /**
   * Refuses new calls, lets those in progress end, and cuts them when the drain time is over. To be called
   * once.
   */
  close(): Promise<void>;
}

// A dead peer is detected within half a minute, so that its calls do not stay open for ever.
const keepaliveTimeMs = 20_000;
const keepaliveTimeoutMs = 10_000;
// Clients reconnect when they need to. A maximum connection age is not set: grpc-js randomises it, and Node
// keeps a list for each duration of a timer until it is over, even when the connection is gone.
const maxConnectionIdleMs = 300_000;

const http2Options: ServerOptions = {
  // With it, a header with white space at an end would be dropped silently.
  strictFieldWhitespaceValidation: false,
  // Above the limits of a call, so that we can refuse with a message on the stream. Clients receive the
  // value, and many do not send more: a single header of more than 64 KiB ends the connection, whatever is
  // set here.
  settings: { maxHeaderListSize: 65_536 },
  // As many as fit into that size; with Node's default of 128 the stream would be reset without a message.
  maxHeaderListPairs: 2_048,
};

/** Serves gRPC (grpc-js) with reflection and health. */
export const startGrpcServer = async (options: GrpcServerOptions): Promise<RunningServer> => {
  const { host, services, readiness, logger, drainTimeoutMs = 5_000 } = options;
  const limits = { ...defaultRpcLimits, ...options.limits };
  const server = createServer(limits);
  tuneHttp2(server, http2Options, (http2Server) => guardCalls(http2Server, services, limits));
  const mounted = services.map((service) => createGrpcHandlers(service, limits));
  for (const { definition, handlers } of mounted) server.addService(definition, handlers);
  const health = await startGrpcHealth(server, services.map(nameOf), readiness);
  const descs = [...services.map(({ desc }) => desc), ...healthServices];
  const reflection = addGrpcReflection(server, descs, limits);

  const port = await listen(server, options).catch((error: unknown) => {
    health.close();
    throw error;
  });
  logger.info({ host, port, tls: options.tls !== undefined }, 'gRPC is open');
  let closing: Promise<void> | undefined;
  const close = () => {
    health.close();
    for (const each of [...mounted, reflection]) each.stopStreams();
    return drain(server, addressOf(host, port), drainTimeoutMs);
  };
  return { port, close: () => (closing ??= close()) };
};

const healthServices = file_grpc_health_v1_health.services;

const nameOf = ({ desc }: RpcService): string => desc.typeName;

const createServer = (limits: RpcLimits): Server =>
  new Server({
    'grpc.max_receive_message_length': limits.maxMessageBytes,
    'grpc.max_send_message_length': limits.maxMessageBytes,
    'grpc.max_concurrent_streams': limits.maxConcurrentStreams,
    'grpc.keepalive_time_ms': keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    'grpc.max_connection_idle_ms': maxConnectionIdleMs,
    // Its bookkeeping serves a debugging service that is not enabled here.
    'grpc.enable_channelz': 0,
  });

const addressOf = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const credentialsOf = (tls: ServerTls | undefined): ServerCredentials => {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { cert, key, clientCa = null } = tls;
  const pairs = [{ cert_chain: cert, private_key: key }];
  return ServerCredentials.createSsl(clientCa, pairs, clientCa !== null);
};

const listen = (server: Server, options: GrpcServerOptions): Promise<number> => {
  const { host, port, portSetting: setting = 'GRPC_PORT' } = options;
  const address = addressOf(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentialsOf(options.tls), (error, boundPort) => {
      if (error === null) resolve(boundPort);
      else reject(explainListenError(error, { host, port, setting }));
    });
  });
};

// After the drain time: for sessions that do not end even when they are destroyed.
const lastResortMs = 500;

/** `drain` cuts what is left after the time; forceShutdown finds no sessions without channelz. */
const drain = (server: Server, address: string, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, timeoutMs + lastResortMs);
    server.drain(address, timeoutMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
