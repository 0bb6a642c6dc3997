import { and, eq, sql } from 'drizzle-orm';
import type { Clock } from '#platform/base/clock.ts';
import { isAnyOf } from '#platform/database/columns.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import { shipAssembled } from '../events/ship-assembled.ts';
import { builds } from './schema.ts';

export interface CompleteBuildsDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newEventId: () => string;
  /** The topic to which the events are published. */
  topic: string;
}

type HeadersByOrder = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * Finishes the builds of these orders and announces each in the outbox. A build that is finished already
 * stays as it is and is not announced again. The update locks the rows, so the events get their `seq` under
 * that lock.
 */
export const completeBuilds =
  ({ now, newEventId, topic }: CompleteBuildsDeps) =>
  async (tx: Transaction, headersByOrder: HeadersByOrder): Promise<void> => {
    const finishedAt = now();
    const completed = await tx
      .update(builds)
      .set({
        status: 'COMPLETED',
        sequence: sql`${builds.sequence} + 1`,
        completedAt: finishedAt,
      })
      .where(
        and(isAnyOf(builds.orderId, [...headersByOrder.keys()]), eq(builds.status, 'BUILDING')),
      )
      .returning();
    const events = completed.map((build) =>
      shipAssembled(
        { ...build, eventId: newEventId(), finishedAt },
        topic,
        headersByOrder.get(build.orderId) ?? {},
      ),
    );
    await appendToOutbox(tx, 'assembly', events);
  };
