import type { Clock } from '#platform/base/clock.ts';
import {
  failureOf,
  isRecordedHere,
  isTracing,
  startSpan,
  type Span,
} from '#platform/base/tracing/span.ts';
import { operation } from '#platform/messaging/event-spans.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../domain/row.ts';

/** The spans of a request that is on its way to the broker. */
export interface SendingSpans {
  sent(rows: readonly SentRow[]): void;
  failed(error: unknown): void;
}

/**
 * Traces one produce request: a span for each recorded event, in the event's own trace, and one for the request, which
 * is linked to them. Undefined when tracing is off or no event is recorded. `now` is the clock of the rows' times.
 */
export const startSending = (
  source: string,
  request: readonly RequestPart[],
  now: Clock,
): SendingSpans | undefined => {
  if (!isTracing()) return undefined;
  const rows = new Map<UnsentRow, Span>();
  const nowMs = now().getTime();
  for (const part of request)
    for (const row of part.rows) {
      const span = startRow(part, row, nowMs);
      if (span !== undefined) rows.set(row, span);
    }
  if (rows.size === 0) return undefined;
  const spans = [...rows.values(), ...startRequest(source, request, [...rows.keys()])];
  return {
    sent: (sent) => {
      for (const { row, offset } of sent)
        rows.get(row)?.set({ 'messaging.kafka.offset': Number(offset) });
      for (const span of spans) span.end();
    },
    failed: (error) => {
      for (const span of spans) span.end(failureOf(error));
    },
  };
};

const startRow = (
  { topic, partition }: RequestPart,
  row: UnsentRow,
  nowMs: number,
): Span | undefined => {
  const { traceparent } = row.headers;
  if (!isRecordedHere(traceparent)) return undefined;
  return startSpan(`send ${topic}`, traceparent, {
    kind: 'client',
    attributes: {
      ...operation('send', topic),
      'messaging.destination.partition.id': String(partition),
      'messaging.message.id': row.id,
      'messaging.kafka.message.key': row.key,
      'inorder.outbox.waited_ms': nowMs - row.createdAtMs,
      'inorder.outbox.attempts': row.attempts,
    },
  });
};

const startRequest = (
  source: string,
  request: readonly RequestPart[],
  recorded: readonly UnsentRow[],
): Span[] => {
  const span = startSpan(`send ${source}`, undefined, {
    kind: 'client',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.batch.message_count': request.reduce((sum, { rows }) => sum + rows.length, 0),
      'inorder.outbox.source': source,
    },
    links: recorded.flatMap(({ headers }) => headers['traceparent'] ?? []),
  });
  return span === undefined ? [] : [span];
};
