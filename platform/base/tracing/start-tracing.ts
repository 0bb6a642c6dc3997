import type { Logger } from '../logger.ts';
import { createFailureLog } from '../loops.ts';
import { useTracer } from './span.ts';
import type { TraceSettings } from './settings.ts';

export interface TracingOptions {
  /** The name of the service in its spans. */
  service: string;
  config: TraceSettings;
  logger: Logger;
}

/**
 * Records spans from now on, unless the exporter is `none`: then not even OpenTelemetry is loaded. Spans are sent in the
 * background; where they cannot be sent they are lost, which is logged once. The function that is returned sends what is
 * left, for two seconds at the most, and never rejects.
 */
export const startTracing = async ({
  service,
  config,
  logger,
}: TracingOptions): Promise<() => Promise<void>> => {
  const { OTEL_TRACES_EXPORTER: exporter } = config;
  if (exporter === 'none') return () => Promise.resolve();
  const url =
    exporter === 'zipkin'
      ? config.OTEL_EXPORTER_ZIPKIN_ENDPOINT
      : `${config.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '')}/v1/traces`;
  const { openTracer } = await import('./sdk.ts');
  const tracer = await openTracer({
    service,
    exporter,
    url,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    failures: createFailureLog({
      name: 'sending traces',
      logger,
      facts: { url: new URL(url).origin },
    }),
  });
  useTracer(tracer);
  return tracer.close;
};
