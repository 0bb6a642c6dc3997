import type { Message } from '@bufbuild/protobuf';
import type { InboxEvent } from './event.ts';
import type { ReadMessage } from './read-message.ts';

/** Returns the event that a handler gets. Throws for poison, which is never handled. */
export const toEvent = (read: ReadMessage): InboxEvent<Message> => {
  const { message, id, key, origin, type, content, span } = read;
  if (origin === undefined || 'poison' in content) throw new Error('Poison is not handled.');
  const { topic, partition, offset } = message;
  // events that it causes continue its trace from its handling
  const headers =
    span === undefined ? message.headers : { ...message.headers, traceparent: span.traceparent };
  const { event } = content;
  return { id, key, ...origin, type: type ?? '', event, headers, topic, partition, offset };
};
