/** The CloudEvents attributes of an event (binary mode, version 1.0) and our own of its order. */
export interface EventAttributes {
  /** Equal to the outbox id. */
  id: string;
  /** The service that emitted it. */
  source: string;
  type: string;
  /** RFC 3339 UTC. */
  time: string;
  /** The key. */
  subject: string;
  /** Gapless per source, topic and key; a 64-bit number as text. */
  sequence: string;
}

/** The names of the headers of every message: the only place that knows them. */
export const eventHeader = {
  specVersion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  time: 'ce_time',
  subject: 'ce_subject',
  sequence: 'ce_sequence',
  contentType: 'content-type',
  /** The address of the schema, when it is registered. */
  dataSchema: 'ce_dataschema',
} as const;

export const cloudEventHeaders = (event: EventAttributes): Record<string, string> => ({
  [eventHeader.specVersion]: '1.0',
  [eventHeader.id]: event.id,
  [eventHeader.source]: event.source,
  [eventHeader.type]: event.type,
  [eventHeader.time]: event.time,
  [eventHeader.subject]: event.subject,
  [eventHeader.sequence]: event.sequence,
  [eventHeader.contentType]: 'application/json',
});
