import { createLogger } from '#platform/base/logger.ts';
import { useTracer } from '#platform/base/tracing/span.ts';
import { startTracing } from '#platform/base/tracing/start-tracing.ts';
import type { ReceivedSpan } from './read-otlp.ts';
import { startTraceReceiver } from './receiver.ts';

export interface RecordedSpans {
  /** Sends what has been recorded, and resolves with it by name; called once. */
  sent(): Promise<Record<string, ReceivedSpan[]>>;
  /** For `afterEach`. */
  end(): Promise<void>;
}

/** Records the spans of this process, through the real exporter. */
export const recordSpans = async (): Promise<RecordedSpans> => {
  const receiver = await startTraceReceiver();
  const close = await startTracing({
    service: 'test',
    logger: createLogger({ service: 'test', level: 'error', format: 'json' }),
    config: {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: '',
      OTEL_TRACES_SAMPLER_ARG: 1,
    },
  });
  return {
    sent: async () => {
      await close();
      const byName: Record<string, ReceivedSpan[]> = {};
      for (const span of receiver.spans) (byName[span.name] ??= []).push(span);
      return byName;
    },
    end: async () => {
      await close();
      useTracer(undefined);
      await receiver.close();
    },
  };
};
