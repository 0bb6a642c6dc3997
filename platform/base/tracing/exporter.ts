import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { FailureLog } from '../loops.ts';

type Done = Parameters<SpanExporter['export']>[1];

/** How long a trace store may take to answer; then the spans of the request count as lost. */
const answerMs = 5_000;
// Later than that, so that the failure is reported here.
export const exportMs = answerMs + 1_000;
// What a full queue holds can be sent at once when the process ends.
const mostRequests = 8;

/** Opens the exporter of a protocol; only its library is loaded. */
export const openExporter = async (
  exporter: 'otlp' | 'zipkin',
  url: string,
): Promise<SpanExporter> => {
  if (exporter === 'zipkin') {
    const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin');
    return new ZipkinExporter({ url });
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter({ url, timeoutMillis: answerMs });
};

/**
 * Reports failures, and gives spans up where too many requests are without an answer: the exporter of Zipkin waits for
 * ever and would open one connection after the other.
 */
export const boundedExporter = (exporter: SpanExporter, failures: FailureLog): SpanExporter => {
  let open = 0;
  return {
    export: (spans, done) => {
      const settle = settleOnce(done, failures);
      if (open >= mostRequests) {
        settle({
          code: ExportResultCode.FAILED,
          error: new Error(`${open} requests are without an answer`),
        });
        return;
      }
      open += 1;
      const late = () =>
        settle({ code: ExportResultCode.FAILED, error: new Error(`no answer in ${answerMs} ms`) });
      const timer = setTimeout(late, answerMs).unref();
      exporter.export(spans, (result) => {
        open -= 1;
        clearTimeout(timer);
        settle(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
};

const settleOnce = (done: Done, failures: FailureLog): Done => {
  let isSettled = false;
  return (result) => {
    if (isSettled) return;
    isSettled = true;
    if (result.code === ExportResultCode.FAILED) failures.add(result.error);
    else failures.end();
    done(result);
  };
};
