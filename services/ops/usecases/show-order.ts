import type { OutboxEvent } from '../domain/event.ts';
import type { Sources } from '../domain/sources.ts';

export interface ShownEvent {
  event: OutboxEvent;
  /** The beginning of the value. */
  payload: string;
  payloadBytes: number;
}

export interface ShowOrderDeps {
  sources: Sources;
  /** Lists the first rows of a key, by topic and sequence. */
  listShown: (
    source: string,
    key: { key: string; topic: string },
    limit: number,
  ) => Promise<ShownEvent[]>;
}

export interface ShowOrderInput {
  key: string;
  source: string;
  topic: string;
  limit: number;
  skip: number;
}

/** Shows the rows of one key with their contents, source after source. */
export const showOrder =
  ({ sources, listShown }: ShowOrderDeps) =>
  async (input: ShowOrderInput): Promise<{ events: ShownEvent[]; hasMore: boolean }> => {
    const end = input.skip + input.limit;
    const lists = await Promise.all(
      sources.some(input.source).map((source) => listShown(source, input, end + 1)),
    );
    const events = lists.flat();
    return { events: events.slice(input.skip, end), hasMore: events.length > end };
  };
