import type { Call } from '#platform/serving/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import type { Answer } from '#platform/serving/idempotency/answer.ts';
import type { OrderEvent } from '../domain/event.ts';

/** What is needed to save changes of an order together with their events. */
export interface SaveDeps {
  pool: Queryable;
  /** Called after each commit that wrote events to the outbox. */
  wakePublisher: () => void;
  /** How long a new order may wait for its payment; undefined means for ever. */
  paymentTimeoutMs?: number | undefined;
}

/** Saves a new order and the answer to the call's idempotency key; false when nothing could be written. */
export type Save = (events: readonly OrderEvent[], call: Call, answer: Answer) => Promise<boolean>;
