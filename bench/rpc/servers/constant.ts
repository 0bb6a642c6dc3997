// The service with both of its servers and a constant in place of its query, which shows the cost of the servers
// alone. Environment: GRPC_PORT, HTTP_PORT.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { startGrpcServer } from '#platform/serving/grpc-server.ts';
import { startHttpServer } from '#platform/serving/http/server.ts';
import { createLogger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { createReadiness } from '#platform/base/readiness.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import { createLomsService, type LomsUseCases } from '../../../services/loms/rpc/loms-service.ts';
import { stocksInfoCount } from '../stocks-info.ts';

// The other use cases are not called.
const useCases = { showStock: () => Promise.resolve(stocksInfoCount) } as unknown as LomsUseCases;

const logger = createLogger({ service: 'constant', level: 'info', format: 'json' });
const metrics = createMetrics();
const readiness = createReadiness({ checks: {}, stopping: new AbortController().signal });
const services = [createRpcService(LomsService, createLomsService(useCases), { logger, metrics })];
const common = { host: '127.0.0.1', services, readiness, metrics, logger };
await startGrpcServer({ ...common, port: Number(process.env['GRPC_PORT'] ?? 0) });
await startHttpServer({ ...common, port: Number(process.env['HTTP_PORT'] ?? 0) });
// exits normally, so that `node --cpu-prof` writes its profile
process.once('SIGTERM', () => process.exit(0));
