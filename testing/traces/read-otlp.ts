import { z } from 'zod';

/** A span as it was sent. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  service: string;
  name: string;
  /** As OpenTelemetry names it, e.g. `SERVER`. */
  kind: string;
  attributes: Readonly<Record<string, unknown>>;
  /** The slug of the failure, for spans with an error. */
  error: string | undefined;
  links: readonly { traceId: string; spanId: string }[];
}

/*
 * ExportTraceServiceRequest of opentelemetry/proto/collector/trace/v1 in its JSON: ids are hex, 64-bit integers may be
 * text, enums are numbers. What is not valid is refused.
 */
const id = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const integer = z.union([z.string().regex(/^\d+$/), z.number().int()]).transform(Number);
const value = z.union([
  z.strictObject({ stringValue: z.string() }).transform((each) => each.stringValue),
  z.strictObject({ intValue: integer }).transform((each) => each.intValue),
  z.strictObject({ doubleValue: z.number() }).transform((each) => each.doubleValue),
  z.strictObject({ boolValue: z.boolean() }).transform((each) => each.boolValue),
  z.strictObject({ arrayValue: z.unknown() }),
]);
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map((pair) => [pair.key, pair.value])));
const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const errorStatus = 2;
const nanos = z.string().regex(/^\d{19}$/);

const span = z.object({
  traceId: id(32),
  spanId: id(16),
  parentSpanId: id(16).optional(),
  name: z.string().min(1),
  kind: z.number().int().min(1).max(5),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  status: z.object({ code: z.number().int().optional(), message: z.string().optional() }),
  links: z.array(z.object({ traceId: id(32), spanId: id(16) })).default([]),
});

const request = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes }),
        scopeSpans: z.array(z.object({ spans: z.array(span).min(1) })).min(1),
      }),
    )
    .min(1),
});

/** Reads a request of OTLP; throws for one that is not valid. */
export const readOtlp = (body: unknown): ReceivedSpan[] =>
  request.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((each) => ({
        traceId: each.traceId,
        spanId: each.spanId,
        parentId: each.parentSpanId,
        service: z.string().parse(resource.attributes['service.name']),
        name: each.name,
        kind: kinds[each.kind] ?? '',
        attributes: each.attributes,
        error: each.status.code === errorStatus ? each.status.message : undefined,
        links: each.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
      })),
  );
