import type { Call } from '#platform/call.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { OutboxEvent } from '#platform/outbox/event.ts';
import type { OrderEvent } from '../domain/event.ts';

/** What saving an order's changes together with their events takes. */
export interface SaveDeps {
  pool: Pool;
  toOutboxEvent: (event: OrderEvent, headers: Call['headers']) => OutboxEvent;
  /** Called after each commit that put events into the outbox. */
  wakePublisher: () => void;
}
