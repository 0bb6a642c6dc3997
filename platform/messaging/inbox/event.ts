/** An event as a consumer gets it: it was read and validated, and was not handled before. */
export interface InboxEvent<Event> {
  /** The id of its row in the outbox of its source. */
  id: string;
  /** The service that emitted it. */
  source: string;
  /** The order id as text. */
  key: string;
  /** The number of the event among those of its source, topic and key: 1, 2, 3 … without a gap. */
  sequence: bigint;
  type: string;
  event: Event;
  /** The headers of the message; traceparent and correlation-id are passed on to events that it causes. */
  headers: Readonly<Record<string, string>>;
  topic: string;
  partition: number;
  offset: bigint;
}
