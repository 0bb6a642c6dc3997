import { z } from 'zod';

const endpoint = z.url({ protocol: /^https?$/ });

/** Settings of tracing, by the names that OpenTelemetry gives them. */
export const traceSettings = {
  OTEL_TRACES_EXPORTER: z
    .enum(['none', 'otlp', 'zipkin'])
    .default('none')
    .describe('Where traces are sent to; otlp is OTLP over HTTP. none: nothing is recorded.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint
    .default('http://127.0.0.1:4318')
    .describe('For otlp: the address of the collector, without /v1/traces.'),
  OTEL_EXPORTER_ZIPKIN_ENDPOINT: endpoint
    .default('http://127.0.0.1:9411/api/v2/spans')
    .describe('For zipkin: where Zipkin takes spans.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'The share of the traces beginning here that is recorded; 0.01 is one in a hundred. A caller with a traceparent has decided already.',
    ),
};

export interface TraceSettings {
  OTEL_TRACES_EXPORTER: 'none' | 'otlp' | 'zipkin';
  OTEL_EXPORTER_OTLP_ENDPOINT: string;
  OTEL_EXPORTER_ZIPKIN_ENDPOINT: string;
  OTEL_TRACES_SAMPLER_ARG: number;
}
