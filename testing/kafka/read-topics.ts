import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { toReceivedMessage, type ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { findSpans } from './find-spans.ts';
import { readSpans, type Span, type Unreadable } from './read-spans.ts';

export interface ReadTopics {
  kafka: Kafka;
  topics: readonly string[];
  /** Begin with so many of the latest messages, oldest first; absent: with all, partition by partition. */
  last?: number | undefined;
  /** Ends the reading. */
  signal: AbortSignal;
  onMessage: (message: ReceivedMessage) => void;
  /** Called for what nobody can read and is passed over. */
  onUnreadable?: (part: Unreadable) => void;
  /** Told once, when everything that was there at the start has been told. */
  onCaughtUp: () => void;
}

/** Reads topics, and then follows them until the signal aborts. Changes no group's offsets. */
export const readTopics = async (options: ReadTopics): Promise<void> => {
  const { kafka, topics, last, signal, onUnreadable } = options;
  const spans = await findSpans(kafka, topics, last);
  const note = tellInOrder(spans, options);
  note([]);
  if (signal.aborted || spans.length === 0) return;
  await readSpans({
    kafka,
    spans,
    signal,
    onUnreadable: (part) => onUnreadable?.(part),
    // told when the span has moved, so that the last of a span ends the catching up with it
    onMessages: (span, messages) => {
      note(messages.map((message) => toReceivedMessage(span, message)));
    },
    onMoved: () => note([]),
  });
};

/** Partitions come one by one: the latest of all are known when each has been read. */
const tellInOrder = (
  spans: readonly Span[],
  { last, onMessage, onCaughtUp }: ReadTopics,
): ((messages: readonly ReceivedMessage[]) => void) => {
  const held: ReceivedMessage[] = [];
  let isCaughtUp = false;
  return (messages) => {
    if (isCaughtUp || last === undefined) messages.forEach(onMessage);
    else held.push(...messages);
    if (isCaughtUp || spans.some(({ next, end }) => next < end)) return;
    isCaughtUp = true;
    held.sort((a, b) => a.timestampMs - b.timestampMs);
    if (last !== undefined) held.slice(-last).forEach(onMessage);
    onCaughtUp();
  };
};
