import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Link,
  type Span as OtelSpan,
  type SpanContext,
} from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { FailureLog } from '../loops.ts';
import { sleep } from '../sleep.ts';
import { parseTraceparent } from '../trace-context.ts';
import { boundedExporter, exportMs, openExporter } from './exporter.ts';
import type { Attributes, Span, SpanKind, SpanOptions, Tracer } from './span.ts';

export interface TracerOptions {
  service: string;
  exporter: 'otlp' | 'zipkin';
  url: string;
  /** The share of new traces that is recorded. */
  ratio: number;
  failures: FailureLog;
}

// Beyond this spans are dropped: a trace store that is away costs some megabytes. A request costs some milliseconds of
// CPU however few spans it has: with one a second, one trace in a hundred cost twice as much.
const queue = { maxQueueSize: 4_096, maxExportBatchSize: 512, scheduledDelayMillis: 3_000 };
const limits = { attributeCountLimit: 32, attributeValueLengthLimit: 256, linkCountLimit: 128 };
const closeMs = 2_000;

/** The one file that knows OpenTelemetry's SDK; loaded only when spans are recorded. */
export const openTracer = async (
  options: TracerOptions,
): Promise<Tracer & { close: () => Promise<void> }> => {
  const { service, exporter, url, ratio, failures } = options;
  const processor = new BatchSpanProcessor({
    exporter: boundedExporter(await openExporter(exporter, url), failures),
    exportTimeoutMillis: exportMs,
    ...queue,
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': service })),
    sampler: new ParentBasedSampler({ root: byRatioOrLink(ratio) }),
    spanLimits: limits,
    spanProcessors: [processor],
  });
  const otel = provider.getTracer('inorder');
  const storage = new AsyncLocalStorage<Span>();
  return {
    start: (name, { parent, ...rest }) => {
      const span = otel.startSpan(name, toOtel(rest), contextOf(parent));
      if (exporter === 'zipkin' && rest.links !== undefined)
        span.setAttribute('links', linkedTraces(rest.links));
      return new RecordedSpan(span, storage);
    },
    active: () => storage.getStore(),
    close: async () => {
      // a trace store that does not answer must not hold up the end of the process
      const closed = new AbortController();
      const closing = provider.shutdown().catch(() => undefined);
      await Promise.race([closing, sleep(closeMs, closed.signal)]);
      closed.abort();
    },
  };
};

/** A root span that belongs to spans of recorded traces is recorded with them. */
const byRatioOrLink = (ratio: number): Sampler => {
  const byRatio = new TraceIdRatioBasedSampler(ratio);
  return {
    // eslint-disable-next-line max-params -- the SDK's signature
    shouldSample: (context, traceId, _name, _kind, _attributes, links) =>
      links.some(({ context: linked }) => isSampled(linked))
        ? { decision: SamplingDecision.RECORD_AND_SAMPLED }
        : byRatio.shouldSample(context, traceId),
    toString: () => `RatioOrLink{${ratio}}`,
  };
};

const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & TraceFlags.SAMPLED) !== 0;

const toOtel = ({ kind = 'internal', attributes, links, startedAtMs }: SpanOptions) => ({
  kind: kinds[kind],
  ...(attributes && { attributes }),
  ...(links && { links: links.flatMap(toLink) }),
  ...(startedAtMs !== undefined && { startTime: startedAtMs }),
});

const kinds: Record<SpanKind, Kind> = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
};

const toLink = (traceparent: string): Link[] => {
  const context = spanContextOf(traceparent);
  return context === undefined ? [] : [{ context }];
};

/** Zipkin has no links: a tag names the traces, as many as its value may hold. */
const linkedTraces = (links: readonly string[]): string => {
  const ids = links.flatMap((traceparent) => parseTraceparent(traceparent)?.traceId ?? []);
  return [...new Set(ids)].slice(0, Math.floor(limits.attributeValueLengthLimit / 33)).join(' ');
};

const contextOf = (parent: Span | string | undefined): Context => {
  const context = typeof parent === 'object' ? toSpanContext(parent) : spanContextOf(parent);
  return context === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context);
};

const toSpanContext = ({ traceId, spanId, isRecorded }: Span): SpanContext => ({
  traceId,
  spanId,
  traceFlags: isRecorded ? TraceFlags.SAMPLED : TraceFlags.NONE,
});

const spanContextOf = (traceparent: string | undefined): SpanContext | undefined => {
  const parsed = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  return (
    parsed && {
      traceId: parsed.traceId,
      spanId: parsed.parentId,
      traceFlags: parsed.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      isRemote: true,
    }
  );
};

class RecordedSpan implements Span {
  readonly traceparent: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly isRecorded: boolean;
  readonly #span: OtelSpan;
  readonly #storage: AsyncLocalStorage<Span>;

  constructor(span: OtelSpan, storage: AsyncLocalStorage<Span>) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.traceparent = `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
    this.isRecorded = span.isRecording();
    this.#span = span;
    this.#storage = storage;
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  end(failure?: string): void {
    if (failure !== undefined) {
      this.#span.setAttribute('error.type', failure);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    }
    this.#span.end();
  }

  run<T>(work: () => T): T {
    return this.isRecorded ? this.#storage.run(this, work) : work();
  }
}
