import { pino } from 'pino';
import { startGrpcServer, type RunningServer } from '#platform/serving/grpc-server.ts';
import type { HttpLimits } from '#platform/serving/http/limits.ts';
import { startHttpServer } from '#platform/serving/http/server.ts';
import { createMetrics, type Metrics } from '#platform/base/metrics.ts';
import { createReadiness, type ReadinessCheck } from '#platform/base/readiness.ts';
import type { RestOptions } from '#platform/serving/rest/options.ts';
import type { RpcLimits } from '#platform/serving/rpc/limits.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { Access } from '#platform/serving/rpc/access.ts';
import type { ServerTls } from '#platform/base/tls.ts';
import type { Tokens } from '#platform/base/tokens.ts';
import type { LineUpload } from '#platform/serving/rest/upload.ts';
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { createGrpcClient, createHttpRpcClient, type RpcClient } from './rpc-clients.ts';

export interface RpcFixtureOptions {
  limits?: Partial<RpcLimits & HttpLimits>;
  checks?: Record<string, ReadinessCheck>;
  rest?: RestOptions;
  uploads?: ReadonlyMap<DescMethod, LineUpload>;
  corsOrigins?: readonly string[];
  drainTimeoutMs?: number;
  /** Serves with TLS; then `clients` cannot be used. */
  tls?: ServerTls;
  /** The tokens, and the role that each RPC needs. By default everybody may call everything. */
  access?: { tokens: Tokens; roles: Readonly<Record<string, string>> };
}

export interface RpcFixture {
  grpc: RunningServer;
  http: RunningServer;
  url: string;
  clients: Record<'grpc' | 'connect' | 'grpc-web', RpcClient>;
  metrics: Metrics;
  /** The log so far, each line parsed. */
  log: Record<string, unknown>[];
  stop(): void;
  close(): Promise<void>;
}

/** Starts a service behind real servers on free ports, with a client for each protocol. */
export const startRpcFixture = async <S extends DescService>(
  desc: S,
  implementation: Implementation<S>,
  options: RpcFixtureOptions = {},
): Promise<RpcFixture> => {
  const log: Record<string, unknown>[] = [];
  const write = (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>);
  const logger = pino({ level: 'debug' }, { write });
  const metrics = createMetrics();
  const stopping = new AbortController();
  const { checks = {}, access, ...rest } = options;
  const readiness = createReadiness({ checks, stopping: stopping.signal, timeoutMs: 200 });
  const guard = access && { access: access as Access<S> };
  const services = [createRpcService(desc, implementation, { logger, metrics, ...guard })];
  const common = { host: '127.0.0.1', port: 0, services, readiness, logger, ...rest };
  const grpc = await startGrpcServer(common);
  const http = await startHttpServer({ ...common, metrics });
  const clients = {
    grpc: createGrpcClient(grpc.port),
    connect: createHttpRpcClient('connect', http.port),
    'grpc-web': createHttpRpcClient('grpc-web', http.port),
  };
  return {
    grpc,
    http,
    url: `http://127.0.0.1:${http.port}`,
    clients,
    metrics,
    log,
    stop: () => stopping.abort(),
    close: async () => {
      for (const client of Object.values(clients)) client.close();
      await Promise.all([grpc.close(), http.close()]);
    },
  };
};
