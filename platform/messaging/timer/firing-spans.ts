import { failureOf, isTracing, runForAll, startSpan } from '../../base/tracing/span.ts';
import type { Timer } from './due.ts';

/** Fires timers, each in a span of its own that continues the trace of what has scheduled it. */
export const inSpans = async (
  timers: readonly Timer[],
  fire: (timers: readonly Timer[]) => Promise<void>,
): Promise<void> => {
  if (!isTracing()) return fire(timers);
  const started = timers.map(startFiring);
  const traced = started.map(({ timer }) => timer);
  const spans = started.map(({ span }) => span);
  const name = `fire ${timers[0]?.kind}`;
  let failure: string | undefined;
  try {
    await runForAll(spans, { name }, () => fire(traced));
  } catch (error) {
    failure = failureOf(error);
    throw error;
  } finally {
    for (const span of spans) span?.end(failure);
  }
};

const startFiring = (timer: Timer) => {
  const { kind, key, attempts, payload } = timer;
  const headers = headersIn(payload);
  const traceparent = headers?.['traceparent'];
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  const span = startSpan(`fire ${kind}`, parent, {
    attributes: {
      'inorder.timer.kind': kind,
      'inorder.timer.key': key,
      'inorder.timer.failed_tries': attempts,
    },
  });
  if (span === undefined || parent === undefined) return { timer, span };
  const own = { ...headers, traceparent: span.traceparent };
  const isWhole = headers === payload;
  return {
    timer: { ...timer, payload: isWhole ? own : { ...(payload as object), headers: own } },
    span,
  };
};

type Fields = Record<string, unknown>;

const headersIn = (payload: unknown): Fields | undefined => {
  if (!isObject(payload)) return undefined;
  const { headers } = payload;
  return isObject(headers) ? headers : payload;
};

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
