import { z } from 'zod';
import { hostOf, type HostSettings } from '../base/config.ts';
import { startGrpcServer } from './grpc-server.ts';
import { startHttpServer, type HttpServerOptions } from './http/server.ts';
import type { Lifecycle } from '../base/lifecycle.ts';
import { createReadiness, type ReadinessCheck } from '../base/readiness.ts';
import type { RpcService } from './rpc/service.ts';
import { loadServerTls, type TlsSettings } from '../base/tls.ts';

/** Settings of a service with RPC doors, beside its ports. */
export const doorSettings = {
  HOST: z.string().default('127.0.0.1'),
  /** Both: the doors speak TLS only. */
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  /** Then clients must show a certificate of these authorities. */
  TLS_CLIENT_CA_FILE: z.string().optional(),
  /** Then each call needs a token with the role of its RPC. */
  AUTH_TOKENS_FILE: z.string().optional(),
};

export interface DoorsOptions extends Omit<
  HttpServerOptions,
  'host' | 'port' | 'tls' | 'readiness'
> {
  services: readonly RpcService[];
  config: TlsSettings & HostSettings & { GRPC_PORT: number; HTTP_PORT: number };
  /** What must hold for the process to be ready, by name. */
  checks: Readonly<Record<string, ReadinessCheck>>;
  lifecycle: Lifecycle;
}

/** Opens gRPC, and HTTP with Connect, gRPC-Web and REST, for the same services; closes both with the process. */
export const openDoors = async (options: DoorsOptions): Promise<void> => {
  const { config, checks, lifecycle } = options;
  const readiness = createReadiness({ checks, stopping: lifecycle.stopping });
  const tls = await loadServerTls(config);
  const doors = { ...options, host: hostOf(config), readiness, tls };
  const grpc = await startGrpcServer({ ...doors, port: config.GRPC_PORT });
  lifecycle.onClose('gRPC', () => grpc.close());
  const http = await startHttpServer({ ...doors, port: config.HTTP_PORT });
  // both at once: while one lets its calls end, the other must not take new ones
  lifecycle.onClose('doors', async () => {
    await Promise.all([grpc.close(), http.close()]);
  });
};
