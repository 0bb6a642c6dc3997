import type { Call } from '#platform/serving/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import type { Answer } from '#platform/serving/idempotency/answer.ts';
import type { OrderEvent } from '../domain/event.ts';

/** What saving an order's changes together with their events takes. */
export interface SaveDeps {
  pool: Queryable;
  /** Called after each commit that put events into the outbox. */
  wakePublisher: () => void;
  /** How long a new order may wait for its payment; undefined for ever. */
  paymentTimeoutMs?: number | undefined;
}

/** Saves a new order and the answer to the call's idempotency key; false when nothing could be written. */
export type Save = (events: readonly OrderEvent[], call: Call, answer: Answer) => Promise<boolean>;
