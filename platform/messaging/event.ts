/** The CloudEvents attributes of an event (binary mode, version 1.0), and our own about its order. */
export interface EventAttributes {
  /** The id of the event's row in the outbox. */
  id: string;
  /** The service that emitted it. */
  source: string;
  type: string;
  /** The time of the event, in UTC, in the format of RFC 3339. */
  time: string;
  /** The key of the event. */
  subject: string;
  /** The sequence, gapless per source, topic and key: a 64-bit number as text. */
  sequence: string;
}

/** The names of the headers of every message; they are defined only here. */
export const eventHeader = {
  specVersion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  time: 'ce_time',
  subject: 'ce_subject',
  sequence: 'ce_sequence',
  contentType: 'content-type',
  /** The URL of the schema, when it is registered. */
  dataSchema: 'ce_dataschema',
  /** `true` when an operator had it sent after later ones of its key. */
  redriven: 'redriven',
  /** The sequences before it that operators discarded, e.g. `3,4`: they never come. */
  discarded: 'discarded',
} as const;

type Headers = Readonly<Record<string, string | undefined>>;

export const isRedriven = (headers: Headers): boolean => headers[eventHeader.redriven] === 'true';

/** Whether the text is a sequence: a number from 1 on that fits into 64 bits. */
export const isSequence = (text: string): boolean => /^[1-9]\d{0,17}$/.test(text);

const maxDiscarded = 100;

/** Returns the sequences that were discarded before an event; none when the header is malformed. */
export const discardedBefore = (headers: Headers): readonly bigint[] =>
  (headers[eventHeader.discarded] ?? '')
    .split(',', maxDiscarded)
    .flatMap((text) => (isSequence(text) ? [BigInt(text)] : []));

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
