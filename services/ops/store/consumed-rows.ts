import type { ConsumedMessage, Letter, Parked } from '../domain/consumed.ts';

/**
 * A row as `listConsumed` reads it: columns of the inbox, of the queue (from `place` on) and of the dead
 * letters.
 */
export interface ConsumedRow {
  consumer: string;
  event_id: string;
  topic: string;
  source: string | null;
  sequence: bigint | null;
  event_type: string | null;
  partition: number;
  offset: bigint;
  outcome: ConsumedMessage['outcome'] | null;
  taken_at: Date | null;
  place: bigint | null;
  attempts: number | null;
  is_hopeless: boolean | null;
  error: string | null;
  last_attempt_at: Date | null;
  dead_at: Date | null;
  due_at: Date | null;
  letter_since: Date | null;
  unsent_error: string | null;
  letter_attempts: number | null;
  letter_error: string | null;
  failed_at: Date | null;
  redriven_at: Date | null;
  redriven_by: string | null;
  discarded_at: Date | null;
  discarded_by: string | null;
  discard_reason: string | null;
}

export const toConsumed = (service: string, row: ConsumedRow): ConsumedMessage => ({
  service,
  consumer: row.consumer,
  topic: row.topic,
  eventId: row.event_id,
  source: row.source ?? '',
  sequence: row.sequence ?? undefined,
  eventType: row.event_type ?? '',
  partition: row.partition,
  offset: row.offset,
  outcome: row.outcome ?? outcomeOfForgotten(row),
  takenAt: row.taken_at ?? undefined,
  parked: toParked(row),
  letter: toLetter(row),
});

/** For messages that the inbox has forgotten, the other tables decide. */
const outcomeOfForgotten = (row: ConsumedRow): ConsumedMessage['outcome'] => {
  if (row.place !== null) return 'PARKED';
  if (row.discarded_at !== null) return 'DISCARDED';
  // Giving it up again would have cleared `redriven_at`, so it was handled.
  return row.redriven_at === null ? 'DEAD' : 'HANDLED';
};

const toParked = (row: ConsumedRow): Parked | undefined =>
  row.place === null
    ? undefined
    : {
        place: row.place,
        attempts: row.attempts ?? 0,
        isHopeless: row.is_hopeless === true,
        error: row.error ?? '',
        lastAttemptAt: row.last_attempt_at ?? undefined,
        deadAt: row.dead_at ?? undefined,
        dueAt: row.due_at ?? undefined,
        letterSince: row.letter_since ?? undefined,
        letterError: row.unsent_error ?? '',
      };

const toLetter = (row: ConsumedRow): Letter | undefined =>
  row.failed_at === null
    ? undefined
    : {
        attempts: row.letter_attempts ?? 0,
        error: row.letter_error ?? '',
        failedAt: row.failed_at,
        redrivenAt: row.redriven_at ?? undefined,
        redrivenBy: row.redriven_by ?? '',
        discardedAt: row.discarded_at ?? undefined,
        discardedBy: row.discarded_by ?? '',
        discardReason: row.discard_reason ?? '',
      };
