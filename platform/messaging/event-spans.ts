import { startSpan, type Span } from '../base/tracing/span.ts';
import { eventHeader } from './event.ts';
import type { ReceivedMessage } from './kafka/message.ts';

interface CreatedEvent {
  id: string;
  topic: string;
  key: string;
  eventType: string;
  headers: Readonly<Record<string, string>>;
}

/** The headers of an event, with the traceparent of the span of its creation, below that of what has caused it. */
export const headersInTrace = (event: CreatedEvent): CreatedEvent['headers'] => {
  const { id, topic, key, eventType, headers } = event;
  const span = startSpan(`create ${topic}`, headers['traceparent'], {
    kind: 'producer',
    attributes: {
      ...operation('create', topic),
      'messaging.message.id': id,
      'messaging.kafka.message.key': key,
      'cloudevents.event_type': eventType,
    },
  });
  if (span === undefined) return headers;
  span.end();
  return { ...headers, traceparent: span.traceparent };
};

/** Starts the span of one message that a consumer handles, below the span of its event's creation. */
export const startProcessing = (group: string, message: ReceivedMessage): Span | undefined => {
  const { topic, partition, offset, key = '', headers } = message;
  return startSpan(`process ${topic}`, headers['traceparent'], {
    kind: 'consumer',
    attributes: {
      ...operation('process', topic),
      'messaging.consumer.group.name': group,
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': Number(offset),
      'messaging.message.id': headers[eventHeader.id] ?? '',
      'messaging.kafka.message.key': key,
      'cloudevents.event_type': headers[eventHeader.type] ?? '',
    },
  });
};

/** What OpenTelemetry's conventions want of every span about messages. */
export const operation = (name: 'create' | 'send' | 'process', topic: string) => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': name,
  'messaging.operation.type': name,
  'messaging.destination.name': topic,
});
