import type { Outcome } from '../rpc-clients.ts';

export interface SentEvent {
  id: string;
  data: string;
}

export interface EventReader {
  readonly events: readonly SentEvent[];
  /** The status when the stream ended by itself; after an `error` event, the code in it. */
  readonly end: Promise<Outcome>;
  cancel(): void;
}

interface Refusal {
  code: number;
  message: string;
  reason: string;
}

/** Reads server-sent events as an EventSource does, but without reconnecting. */
export const readEvents = (url: string, headers: Record<string, string> = {}): EventReader => {
  const events: SentEvent[] = [];
  const controller = new AbortController();
  const read = async (): Promise<Outcome> => {
    const response = await fetch(url, { headers, signal: controller.signal });
    if (!response.ok) return toOutcome((await response.json()) as Refusal);
    const type = response.headers.get('content-type');
    if (response.status === 200 && type !== 'text/event-stream; charset=utf-8')
      throw new Error(`${url} answers with ${String(type)}`);
    for await (const { event, id = '', data } of blocksOf(response)) {
      if (event === 'error') return toOutcome(JSON.parse(data ?? '') as Refusal);
      if (data !== undefined) events.push({ id, data });
    }
    return { code: String(response.status) };
  };
  const end = read().catch((error: unknown): Outcome => ({ code: '499', message: String(error) }));
  return { events, end, cancel: () => controller.abort() };
};

type Fields = Partial<Record<'event' | 'id' | 'data', string>>;

async function* blocksOf({ body }: Response): AsyncGenerator<Fields> {
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks.map(fieldsOf);
  }
}

const fieldsOf = (block: string): Fields =>
  Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/, 2) as [string, string]));

const toOutcome = ({ code, message, reason }: Refusal): Outcome => ({
  code: String(code),
  message,
  reason,
});
