import type { Message } from '@bufbuild/protobuf';
import type { InboxEvent } from './event.ts';
import type { ReadMessage } from './read-message.ts';

/** Returns the event that a handler gets. Throws for poison, which is never handled. */
export const toEvent = (read: ReadMessage): InboxEvent<Message> => {
  const { message, id, key, origin, type, content } = read;
  if (origin === undefined || 'poison' in content) throw new Error('Poison is not handled.');
  const { topic, partition, offset, headers } = message;
  const { event } = content;
  return { id, key, ...origin, type: type ?? '', event, headers, topic, partition, offset };
};
