import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { storableText } from '#platform/database/storable-text.ts';
import type { UnwritablePartition } from '../domain/unwritable-partitions.ts';
import { fence } from './fence.ts';

/**
 * Replaces the unwritable partitions of a source that are stored under an epoch; stores none when the epoch
 * has ended.
 */
export type KeepUnwritable = (
  epoch: bigint,
  partitions: readonly UnwritablePartition[],
  nowMs: number,
) => Promise<void>;

const maxErrorLength = 1_000;

// measured by the process's clock, stored by the database's
const ago = (ms: string) => `clock_timestamp() - ${ms} * interval '1 ms'`;

const keepRows = prepareStatement(
  'publisher_unwritable',
  `WITH ${fence('$1')}, found AS MATERIALIZED (
     SELECT * FROM unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::float8[], $9::float8[])
       AS found(topic, partition, broker, error, attempts, since_ms, tried_ms)
   ), gone AS (
     DELETE FROM publisher.unwritable_partitions known
      WHERE known.epoch = $1 AND known.source = $2 AND NOT EXISTS (
        SELECT FROM found WHERE found.topic = known.topic AND found.partition = known.partition))
   INSERT INTO publisher.unwritable_partitions (epoch, source, topic, partition, broker, error, attempts, since, tried_at)
   SELECT fence.epoch, $2, topic, partition, broker, error, attempts, ${ago('since_ms')}, ${ago('tried_ms')}
     FROM found CROSS JOIN fence
       ON CONFLICT (epoch, source, topic, partition) DO UPDATE
      SET broker = excluded.broker, error = excluded.error, attempts = excluded.attempts, since = excluded.since,
          tried_at = excluded.tried_at`,
);

/** For operators only: no publisher reads these rows. They are deleted with the epoch. */
export const keepUnwritable =
  (pool: Pool, source: string): KeepUnwritable =>
  async (epoch, partitions, nowMs) => {
    await keepRows(pool, [
      epoch,
      source,
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
      partitions.map(({ broker }) => broker ?? null),
      partitions.map(({ error }) => storableText(error.slice(0, maxErrorLength))),
      partitions.map(({ attempts }) => attempts),
      partitions.map(({ sinceMs }) => nowMs - sinceMs),
      partitions.map(({ triedMs }) => nowMs - triedMs),
    ]);
  };
