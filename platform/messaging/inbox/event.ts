/** An event as a consumer gets it: read, validated, and never handled before. */
export interface InboxEvent<Event> {
  /** Equal to the outbox id of its source. */
  id: string;
  /** The service that emitted it. */
  source: string;
  /** The order id as text. */
  key: string;
  /** Gapless per source, topic and key, from 1. */
  sequence: bigint;
  type: string;
  event: Event;
  /** Of the message, for what it causes: traceparent, correlation-id. */
  headers: Readonly<Record<string, string>>;
  topic: string;
  partition: number;
  offset: bigint;
}
