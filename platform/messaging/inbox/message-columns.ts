import type { ReadMessage } from './read-message.ts';

/** Returns an array per column for `unnest`: event_id, key, source, sequence, event_type, partition, offset. */
export const messageColumns = (batch: readonly ReadMessage[]): unknown[][] => [
  batch.map(({ id }) => id),
  batch.map(({ key }) => key),
  batch.map(({ origin }) => origin?.source ?? null),
  batch.map(({ origin }) => origin?.sequence ?? null),
  batch.map(({ type }) => type ?? null),
  batch.map(({ message }) => message.partition),
  batch.map(({ message }) => message.offset),
];
