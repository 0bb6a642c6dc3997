import type { Answer } from '../../client/wire.ts';

export type Timeline = Answer<'GetTimeline'>;
export type Entry = Timeline['entries'][number];
export type Lifecycle = Timeline['lifecycles'][number];
export type Step = Lifecycle['steps'][number];
export type Consumer = Timeline['consumers'][number];
export type Message = Consumer['messages'][number];

/** The last word of an event's type, e.g. `OrderPaid` of `order.v1.OrderPaid`. */
export const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);

/** What of a timeline belongs to one system, where several know the key. */
export const ofSystem = (timeline: Timeline, { services }: Lifecycle): Timeline => {
  const entries = timeline.entries.filter(({ event }) => services.includes(event?.source ?? ''));
  const topics = new Set(entries.map(({ event }) => event?.topic));
  return {
    ...timeline,
    entries,
    consumers: timeline.consumers.filter(
      ({ topic, service }) => topics.has(topic) || services.includes(service),
    ),
    timers: timeline.timers.filter(({ service }) => services.includes(service)),
  };
};

/** What a consumer has of one event. */
export interface Taken extends Message {
  consumer: string;
}

/** What the consumers did with an event. */
export const takenOf = ({ consumers }: Timeline, eventId: string): Taken[] =>
  consumers.flatMap(({ consumer, messages }) =>
    messages
      .filter((message) => message.eventId === eventId)
      .map((message) => ({ ...message, consumer })),
  );

/** The columns of the diagram: how many steps lie before each. Compensations are in the column of their step. */
export const columnsOf = (steps: readonly Step[]): ReadonlyMap<string, number> => {
  const columns = new Map<string, number>();
  for (const { id, after, isCompensation } of steps) {
    const before = after.map((each) => columns.get(each) ?? 0);
    columns.set(id, Math.max(-1, ...before) + (isCompensation ? 0 : 1));
  }
  return columns;
};
