import { flushCompileCache } from 'node:module';
import type { z } from 'zod';
import { loadConfigOrExit } from './config.ts';
import { run, type Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';
import type { ServiceManifest } from './manifest.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createOutput, type Output } from './output.ts';
import type { TraceSettings } from './tracing/settings.ts';
import { startTracing } from './tracing/start-tracing.ts';

/** The settings of every process. The contract of a service prescribes one of the two names for the time to stop. */
export type ProcessSettings = { LOG_LEVEL: string; LOG_FORMAT: 'json' | 'text' } & TraceSettings &
  ({ SHUTDOWN_TIMEOUT: number } | { SHUTDOWN_TIMEOUT_MS: number });

type ProcessSchema = z.ZodObject & z.ZodType<ProcessSettings>;

/**
 * The arguments with which a service is started. A function that takes a context may open things, which are closed
 * with the process.
 */
export interface ServiceContext<Config> {
  readonly service: ServiceManifest;
  readonly config: Config;
  readonly logger: Logger;
  /** The output to which the logger writes. */
  readonly output: Pick<Output, 'written'>;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
}

/**
 * Does all the work of a `main.ts`: reads the settings (exits with code 1 and a list of all errors in them), starts
 * the service, and closes what it opened when the process is asked to stop.
 */
export const runService = async <Settings extends ProcessSchema>(
  service: ServiceManifest,
  settings: Settings,
  start: (context: ServiceContext<z.output<Settings>>) => Promise<void>,
): Promise<never> => {
  const config = loadConfigOrExit(settings, process.env);
  const { LOG_LEVEL: level, LOG_FORMAT: format, ...stop }: ProcessSettings = config;
  const shutdownTimeoutMs =
    'SHUTDOWN_TIMEOUT' in stop ? stop.SHUTDOWN_TIMEOUT : stop.SHUTDOWN_TIMEOUT_MS;
  const output = createOutput();
  const isTraced = config.OTEL_TRACES_EXPORTER !== 'none';
  const logger = createLogger({ service: service.name, level, format, isTraced }, output);
  const metrics = createMetrics();
  const closeTracing = await startTracing({ service: service.name, config, logger });
  const startAll = async (lifecycle: Lifecycle): Promise<void> => {
    // closed last: everything else may still end spans
    lifecycle.onClose('traces', closeTracing);
    await start({ service, config, logger, output, metrics, lifecycle });
    // with NODE_COMPILE_CACHE set; at exit Node would write it too, but not after a kill -9
    flushCompileCache();
  };
  return run(startAll, { logger, shutdownTimeoutMs });
};
