import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { toReceivedMessage, type ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { findSpans } from './find-spans.ts';
import { readSpans, type Span, type Unreadable } from './read-spans.ts';

export interface ReadTopics {
  kafka: Kafka;
  topics: readonly string[];
  /**
   * Begin with so many of the latest messages, oldest first. Absent: begin with all messages, partition by partition.
   */
  last?: number | undefined;
  /** Stops the reading. */
  signal: AbortSignal;
  onMessage: (message: ReceivedMessage) => void;
  /** Called for a range that cannot be read and is skipped. */
  onUnreadable?: (part: Unreadable) => void;
  /** Called once, when everything that was there at the start has been reported. */
  onCaughtUp: () => void;
}

/** Reads topics and then follows them until the signal aborts. It commits no offsets of any group. */
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
    // The messages are reported after the span has moved, so that the last message of a span also completes the
    // catching up.
    onMessages: (span, messages) => {
      note(messages.map((message) => toReceivedMessage(span, message)));
    },
    onMoved: () => note([]),
  });
};

/** Partitions arrive one after the other, so the latest messages of all are known only when each has been read. */
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
