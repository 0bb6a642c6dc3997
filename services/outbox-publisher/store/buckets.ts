import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { bucketCount } from '#platform/messaging/outbox/bucket.ts';
import { fence } from './fence.ts';

/** Which members share a source at this moment. */
export interface Survey {
  /** Epochs of the members that serve the source. */
  readonly members: readonly bigint[];
  readonly mine: readonly number[];
  readonly freeCount: number;
}

export interface BucketStore {
  /** Creates the buckets of the source if it has none yet. */
  ensure(source: string): Promise<void>;
  survey(source: string, epoch: bigint): Promise<Survey>;
  /** Takes up to `count` free buckets; takes none when the epoch has ended. */
  claim(source: string, epoch: bigint, count: number): Promise<number[]>;
  giveBack(source: string, epoch: bigint, buckets: readonly number[]): Promise<void>;
}

const insertBuckets = prepareStatement(
  'publisher_ensure_buckets',
  `INSERT INTO publisher.buckets (source, bucket)
   SELECT $1, generate_series(0, ${bucketCount - 1}) ON CONFLICT DO NOTHING`,
);

const selectSurvey = prepareStatement<{ members: bigint[]; mine: number[]; free: number }>(
  'publisher_survey',
  `SELECT (SELECT coalesce(array_agg(epoch), '{}') FROM publisher.members WHERE $1 = ANY (sources)) AS members,
          coalesce(array_agg(bucket::integer ORDER BY bucket) FILTER (WHERE owner = $2), '{}') AS mine,
          (count(*) FILTER (WHERE owner IS NULL))::integer AS free
     FROM publisher.buckets WHERE source = $1`,
);

const claimBuckets = prepareStatement<{ bucket: number }>(
  'publisher_claim',
  `WITH ${fence('$2')}, free AS (
    SELECT source, bucket FROM publisher.buckets
     WHERE source = $1 AND owner IS NULL AND EXISTS (SELECT FROM fence)
     ORDER BY bucket LIMIT $3 FOR UPDATE SKIP LOCKED
  )
  UPDATE publisher.buckets b SET owner = $2, claimed_at = clock_timestamp()
    FROM free WHERE b.source = free.source AND b.bucket = free.bucket AND b.owner IS NULL
  RETURNING b.bucket`,
);

const freeBuckets = prepareStatement(
  'publisher_give_back',
  `UPDATE publisher.buckets SET owner = NULL, claimed_at = NULL
    WHERE source = $1 AND owner = $2 AND bucket = ANY ($3::smallint[])`,
);

/**
 * Which member publishes which bucket. A bucket has one owner, and only a live member can take a free one.
 */
export const createBucketStore = (pool: Pool): BucketStore => ({
  ensure: async (source) => {
    await insertBuckets(pool, [source]);
  },
  survey: async (source, epoch) => {
    const [row] = await selectSurvey(pool, [source, epoch]);
    return { members: row?.members ?? [], mine: row?.mine ?? [], freeCount: row?.free ?? 0 };
  },
  claim: async (source, epoch, count) =>
    (await claimBuckets(pool, [source, epoch, count])).map(({ bucket }) => bucket),
  giveBack: async (source, epoch, buckets) => {
    await freeBuckets(pool, [source, epoch, buckets]);
  },
});
