import { startHttpServer } from './http/server.ts';
import type { Lifecycle } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { Metrics } from '../base/metrics.ts';
import { createReadiness, type ReadinessCheck } from '../base/readiness.ts';

export interface HealthDoorOptions {
  host: string;
  port: number;
  checks: Readonly<Record<string, ReadinessCheck>>;
  metrics: Metrics;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Opens HTTP for a service without RPCs: /healthz, /readyz and /metrics; closes with the process. */
export const openHealthDoor = async (options: HealthDoorOptions): Promise<void> => {
  const { host, port, checks, metrics, logger, lifecycle } = options;
  const readiness = createReadiness({ checks, stopping: lifecycle.stopping });
  const http = await startHttpServer({ host, port, readiness, metrics, logger });
  lifecycle.onClose('HTTP', () => http.close());
};
