import { reasonOf } from '../errors.ts';
import { parseTraceparent } from '../trace-context.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A part of a trace that has begun. */
export interface Span {
  /** Its place in the trace, as a W3C header. */
  readonly traceparent: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Whether it will be sent; where it will not, its `traceparent` says that the trace is not recorded. */
  readonly isRecorded: boolean;
  /** Values must be few and short, and contain nothing secret or personal. */
  set(attributes: Attributes): void;
  /** With a failure, a slug, the span counts as an error. Later calls do nothing. */
  end(failure?: string): void;
  /** Runs the work as a part of this span: `inSpan` and the lines of the log find it. */
  run<T>(work: () => T): T;
}

/** What a span is for whoever is on the other side; see OpenTelemetry's span kinds. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** Default `internal`. */
  kind?: SpanKind;
  attributes?: Attributes;
  /** The traceparents of what belongs to it and lies in other traces. */
  links?: readonly string[];
  /** By the clock of this machine, in milliseconds since 1970; default now. */
  startedAtMs?: number;
}

export interface Tracer {
  /** Starts a span, of a new trace when there is no parent: a span of this process, or a traceparent. */
  start(name: string, options: SpanOptions & { parent: Span | string | undefined }): Span;
  /** The recorded span in whose `run` the caller is. */
  active(): Span | undefined;
}

// One for the process, like OpenTelemetry's own: what is traced deepest (a statement, an outbox row) is created
// without anything that knows of it.
let tracer: Tracer | undefined;

/** Turns tracing on, or off again; called by `startTracing` before anything else of the service starts. */
export const useTracer = (next: Tracer | undefined): void => {
  tracer = next;
};

/** Whether spans are recorded in this process at all; it does not change while a service runs. */
export const isTracing = (): boolean => tracer !== undefined;

/**
 * Starts a span whose parent has this traceparent; without a (valid) one it begins a trace, which may turn out not to
 * be recorded. Undefined when tracing is off, or the parent says that its trace is not recorded: then its traceparent
 * is to be passed on as it is.
 */
export const startSpan = (
  name: string,
  parent: string | undefined,
  options: SpanOptions,
): Span | undefined => {
  if (tracer === undefined) return undefined;
  const context = parent === undefined ? undefined : parseTraceparent(parent);
  if (context?.isSampled === false) return undefined;
  return tracer.start(name, { ...options, parent: context && parent });
};

/** Whether a traceparent says that its trace is recorded, and this process records spans. */
export const isRecordedHere = (traceparent: string | undefined): traceparent is string =>
  tracer !== undefined &&
  traceparent !== undefined &&
  parseTraceparent(traceparent)?.isSampled === true;

/** The id of the trace that a traceparent names, if that is recorded here. */
export const recordedTraceId = (traceparent: string | undefined): string | undefined =>
  isRecordedHere(traceparent) ? parseTraceparent(traceparent)?.traceId : undefined;

/** The recorded span that the caller is a part of. */
export const activeSpan = (): Span | undefined => tracer?.active();

/** Runs the work as a part of the span, if there is one. */
export const runIn = <T>(span: Span | undefined, work: () => T): T =>
  span === undefined ? work() : span.run(work);

/**
 * Runs the work in a span of its own below the active one; where none is active, it only runs the work. A rejection
 * ends the span as an error and is passed on.
 */
export const inSpan = <T>(
  name: string,
  options: SpanOptions,
  work: () => Promise<T>,
): Promise<T> => {
  const parent = tracer?.active();
  if (tracer === undefined || parent === undefined) return work();
  return untilSettled(tracer.start(name, { ...options, parent }), work);
};

/** Runs the work in the span, and ends it with the work. */
export const untilSettled = async <T>(span: Span, work: () => Promise<T>): Promise<T> => {
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
};

/**
 * Runs what is done for several spans at once: in the one that is recorded or, where several are, in a span of a trace of
 * its own, which is linked to them.
 */
export const runForAll = <T>(
  spans: readonly (Span | undefined)[],
  { name, ...options }: SpanOptions & { name: string },
  work: () => Promise<T>,
): Promise<T> => {
  const recorded = spans.filter((span) => span?.isRecorded === true) as Span[];
  const [first, ...others] = recorded;
  if (first === undefined) return work();
  if (others.length === 0) return first.run(work);
  const links = recorded.map(({ traceparent }) => traceparent);
  const span = startSpan(name, undefined, { ...options, links });
  return span === undefined ? work() : untilSettled(span, work);
};

/** The slug of a failure, for `end`: messages may contain anything. */
export const failureOf = (error: unknown): string =>
  reasonOf(error) ?? (Error.isError(error) ? error.name : typeof error);
