import type { JSX } from 'preact';

type Headers = Readonly<Record<string, string>>;

const shape = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]([0-9a-f])/;

/** A link to the trace of the first of these headers that are of a recorded trace; nothing where there is none. */
export const TraceLink = ({ of: all }: { of: readonly Headers[] }): JSX.Element => {
  const traceId = all.flatMap(({ traceparent }) => recordedIn(traceparent) ?? []).at(0);
  const template = document.querySelector<HTMLMetaElement>('meta[name=trace-url]')?.content ?? '';
  if (traceId === undefined || template === '') return <></>;
  return (
    <a href={template.replaceAll('{trace_id}', traceId)} target="_blank" rel="noreferrer">
      Trace
    </a>
  );
};

/** The trace id, when the last bit of the flags says that the trace is recorded. */
const recordedIn = (traceparent = ''): string | undefined => {
  const [, traceId, flags] = shape.exec(traceparent) ?? [];
  return Number.parseInt(flags ?? '0', 16) % 2 === 1 ? traceId : undefined;
};
