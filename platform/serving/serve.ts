import type { DescService } from '@bufbuild/protobuf';
import { z } from 'zod';
import {
  corsOrigins,
  environmentSettings,
  host,
  hostOf,
  port,
  type HostSettings,
} from '../base/config.ts';
import { databaseSettings } from '../database/settings.ts';
import { measureReadiness } from '../base/readiness-metrics.ts';
import { createReadiness, type ReadinessCheck } from '../base/readiness.ts';
import type { ServiceContext } from '../base/run-service.ts';
import { loadServerTls, type TlsSettings } from '../base/tls.ts';
import { loadTokens } from '../base/tokens.ts';
import type { Contract } from './contract.ts';
import { startGrpcServer } from './grpc-server.ts';
import { startHttpServer, type HttpServerOptions } from './http/server.ts';
import type { Implementation } from './rpc/implementation.ts';
import { createRpcService, type Admit } from './rpc/service.ts';

/** Settings of a service with RPCs. */
export const serverSettings = (ports: { grpc: number; http: number }) => ({
  GRPC_PORT: port.default(ports.grpc).describe('gRPC.'),
  HTTP_PORT: port
    .default(ports.http)
    .describe('Connect, gRPC-Web, REST, /healthz, /readyz and /metrics.'),
  HOST: host,
  CORS_ORIGINS: corsOrigins,
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe('The certificate of both servers; with TLS_KEY_FILE they speak TLS only.'),
  TLS_KEY_FILE: z.string().optional().describe('The private key of TLS_CERT_FILE.'),
  TLS_CLIENT_CA_FILE: z
    .string()
    .optional()
    .describe('Set: clients must show a certificate of these authorities.'),
  AUTH_TOKENS_FILE: z
    .string()
    .optional()
    .describe('Set: each call needs a token of this file with the role of its RPC.'),
});

/** Settings of a service with RPCs and a database of its own. */
export const rpcServiceSettings = (ports: { grpc: number; http: number }) => ({
  ...serverSettings(ports),
  ...environmentSettings,
  ...databaseSettings,
});

export interface ServeSettings extends HostSettings, TlsSettings {
  GRPC_PORT: number;
  HTTP_PORT: number;
  CORS_ORIGINS?: readonly string[] | undefined;
  AUTH_TOKENS_FILE?: string | undefined;
}

type Checks = Readonly<Record<string, ReadinessCheck>>;

export interface ServeOptions<S extends DescService> extends Pick<
  HttpServerOptions,
  'limits' | 'rest' | 'uploads' | 'emitDefaults' | 'findRoute'
> {
  contract: Contract<S>;
  implementation: Implementation<S>;
  /** What must hold for the process to be ready, by name. */
  checks: Checks;
  /** Called for each call of an RPC before its request is read, e.g. to limit their rate. Default: all are admitted. */
  admit?: Admit;
}

/** Serves a contract by gRPC and, over HTTP, by Connect, gRPC-Web and REST, until the process stops. */
export const serve = async <S extends DescService>(
  context: ServiceContext<ServeSettings>,
  options: ServeOptions<S>,
): Promise<void> => {
  const { config, logger, metrics, lifecycle } = context;
  const { contract, implementation, checks, limits, admit, ...http } = options;
  const tokens = loadTokens(config.AUTH_TOKENS_FILE, (error) => {
    logger.error({ err: error }, 'the new tokens are wrong; those before go on counting');
  });
  const access = { tokens, roles: contract.roles };
  const services = [
    createRpcService(contract.desc, implementation, { logger, metrics, access, admit }),
  ];
  const readiness = createReadiness({ checks, stopping: lifecycle.stopping });
  measureReadiness(metrics.registry, readiness);
  const tls = await loadServerTls(config);
  const common = { services, host: hostOf(config), readiness, logger, limits, tls };
  const grpcServer = await startGrpcServer({ ...common, port: config.GRPC_PORT });
  lifecycle.onClose('gRPC', () => grpcServer.close());
  const httpServer = await startHttpServer({
    ...common,
    ...http,
    metrics,
    port: config.HTTP_PORT,
    apiNotes: contract.notes,
    corsOrigins: config.CORS_ORIGINS,
  });
  // in parallel: while one drains its calls, the other must not accept new ones
  lifecycle.onClose('servers', async () => {
    await Promise.all([grpcServer.close(), httpServer.close()]);
  });
};

/** For a service without RPCs: serves /healthz, /readyz and /metrics until the process stops. */
export const serveHealth = async (
  context: ServiceContext<HostSettings & { HTTP_PORT: number }>,
  checks: Checks,
): Promise<void> => {
  const { config, logger, metrics, lifecycle } = context;
  const readiness = createReadiness({ checks, stopping: lifecycle.stopping });
  measureReadiness(metrics.registry, readiness);
  const address = { host: hostOf(config), port: config.HTTP_PORT };
  const http = await startHttpServer({ ...address, readiness, metrics, logger });
  lifecycle.onClose('HTTP', () => http.close());
};
