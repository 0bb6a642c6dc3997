import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import type { DeadLetterPage, LetterFilter } from '../usecases/list-dead-letters.ts';
import type { LetterName, LetterSelection } from '../usecases/redrive-dead-letters.ts';
import { search } from './query.ts';
import { firstLine } from './stuck-groups.ts';

/** Given up, and neither redriven nor discarded: the condition of the index `inbox_dead_letters_open`. */
export const isOpenLetter = 'redriven_at IS NULL AND discarded_at IS NULL';

// A message may be larger than an answer may be, so only its beginning is returned.
const shownBytes = 4_000;
const fits = `($1 = '' OR consumer = $1) AND ($2 = '' OR key = $2)
  AND ($3 = '' OR strpos(lower(error), lower($3)) > 0)
  AND ($4 = '' OR topic = $4) AND ($5 = '' OR ${firstLine('error')} = $5)`;
const filterOf = ({ consumer, key, reason, topic, firstLine: line }: LetterFilter) => [
  consumer,
  key,
  reason,
  topic,
  line,
];

type Row = {
  [Name in keyof Omit<DeadLetter, 'service'>]: undefined extends DeadLetter[Name]
    ? Exclude<DeadLetter[Name], undefined> | null
    : DeadLetter[Name];
};

const columnsWith = (
  value: string,
) => `event_id::text AS "eventId", consumer, topic, key, partition, "offset",
  coalesce(source, '') AS source, sequence, coalesce(event_type, '') AS "eventType", attempts, error, headers,
  failed_at AS "failedAt", redriven_at AS "redrivenAt", coalesce(redriven_by, '') AS "redrivenBy",
  discarded_at AS "discardedAt", coalesce(discarded_by, '') AS "discardedBy",
  coalesce(discard_reason, '') AS "discardReason", ${value} AS value,
  coalesce(octet_length(value), 0) AS "valueBytes"`;

const columns = columnsWith(`substring(value FOR ${shownBytes})`);

const toLetter = (service: string, row: Row): DeadLetter => ({
  service,
  ...row,
  sequence: row.sequence ?? undefined,
  redrivenAt: row.redrivenAt ?? undefined,
  discardedAt: row.discardedAt ?? undefined,
  value: row.value ?? undefined,
});

/** Lists the dead letters of a service, newest first. */
export const listLetters =
  (pool: Pool) =>
  async (service: string, page: DeadLetterPage): Promise<DeadLetter[]> => {
    const { includeSettled, before, limit } = page;
    const rows = await search<Row>(
      pool,
      `SELECT ${columns} FROM ${identifier(service)}.inbox_dead_letters
        WHERE ${fits} ${includeSettled ? '' : `AND ${isOpenLetter}`}
          AND (failed_at, consumer, event_id) < (coalesce($6, 'infinity'::timestamptz), $7, $8)
        ORDER BY failed_at DESC, consumer DESC, event_id DESC LIMIT $9`,
      [...filterOf(page), before?.failedAt, before?.consumer ?? '', before?.eventId, limit],
    );
    return rows.map((row) => toLetter(service, row));
  };

/** Finds one dead letter, whatever its state. */
export const findLetter = (pool: Pool) => find(pool, columns);

/** Finds one dead letter with its whole value, whatever its state. */
export const findWholeLetter = (pool: Pool) => find(pool, columnsWith('value'));

const find =
  (pool: Pool, wanted: string) =>
  async (
    service: string,
    { consumer, eventId }: { consumer: string; eventId: string },
  ): Promise<DeadLetter | undefined> => {
    const text = `SELECT ${wanted} FROM ${identifier(service)}.inbox_dead_letters
      WHERE consumer = $1 AND event_id = $2`;
    const [row] = await search<Row>(pool, text, [consumer, eventId]);
    return row && toLetter(service, row);
  };

/**
 * Selects open dead letters that match: whole keys one after the other, in the order in which they are to be
 * tried.
 */
export const selectLetters =
  (pool: Pool) =>
  (service: string, selection: LetterSelection, limit: number): Promise<LetterName[]> => {
    const { eventId, failedFrom, failedBefore } = selection;
    return search<LetterName>(
      pool,
      `SELECT event_id::text AS "eventId", topic, key FROM ${identifier(service)}.inbox_dead_letters
        WHERE ${fits} AND ${isOpenLetter} AND ($6 = '' OR event_id = nullif($6, '')::uuid)
          AND failed_at >= coalesce($7, '-infinity'::timestamptz) AND failed_at < $8
        ORDER BY min(failed_at) OVER (PARTITION BY topic, key), topic, key, sequence, failed_at LIMIT $9`,
      [...filterOf(selection), eventId, failedFrom, failedBefore, limit],
    );
  };
