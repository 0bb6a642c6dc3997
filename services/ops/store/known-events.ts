import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { OutboxEvent } from '../domain/event.ts';
import { searchOften } from './query.ts';
import { eventColumns, eventsOf, toEvent, type EventRow } from './rows.ts';

/** Lists events whose ids are known, by topic and sequence; the primary key finds each of them. */
export const listKnownEvents =
  (pool: Pool) =>
  async (source: string, ids: readonly string[]): Promise<OutboxEvent[]> => {
    const rows = await searchOften<EventRow>(
      pool,
      `SELECT ${eventColumns} FROM ${eventsOf(`${identifier(source)}.outbox`)}
        WHERE e.id = ANY ($1::uuid[]) ORDER BY e.topic, e.sequence, e.seq`,
      [ids],
    );
    return rows.map((row) => toEvent(source, row));
  };
