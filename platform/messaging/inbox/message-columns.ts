import type { ReadMessage } from './read-message.ts';

/** A column each: event_id, key, source, sequence, event_type, partition, offset; for `unnest`, in this order. */
export const messageColumns = (batch: readonly ReadMessage[]): unknown[][] => [
  batch.map(({ id }) => id),
  batch.map(({ key }) => key),
  batch.map(({ origin }) => origin?.source ?? null),
  batch.map(({ origin }) => origin?.sequence ?? null),
  batch.map(({ type }) => type ?? null),
  batch.map(({ message }) => message.partition),
  batch.map(({ message }) => message.offset),
];
