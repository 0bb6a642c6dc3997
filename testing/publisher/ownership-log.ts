import type { System } from './system.ts';

/** A change of a bucket's owner, timed by the database's clock. */
export interface OwnershipChange {
  readonly source: string;
  readonly bucket: number;
  readonly before: string | null;
  readonly after: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export interface OwnershipLog {
  /** The changes since a point in time, oldest first. */
  since: (ms: number) => Promise<OwnershipChange[]>;
  /** The time of the database's clock, in milliseconds. */
  nowMs: () => Promise<number>;
}

/** Adds a trigger that records when each bucket is released and claimed. */
export const startOwnershipLog = async (system: System): Promise<OwnershipLog> => {
  await system.query(`
    CREATE TABLE public.ownership_log (
      source text, bucket integer, before bigint, after bigint,
      at_ms float8 DEFAULT extract(epoch FROM clock_timestamp()) * 1000);
    CREATE FUNCTION public.log_ownership() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
    BEGIN
      INSERT INTO public.ownership_log VALUES (NEW.source, NEW.bucket, OLD.owner, NEW.owner);
      RETURN NULL;
    END $$;
    CREATE TRIGGER log_ownership AFTER UPDATE OF owner ON publisher.buckets
      FOR EACH ROW WHEN (OLD.owner IS DISTINCT FROM NEW.owner)
      EXECUTE FUNCTION public.log_ownership()`);
  return {
    since: (ms) =>
      system.query<OwnershipChange>(
        `SELECT source, bucket, before::text, after::text, at_ms AS "atMs"
           FROM public.ownership_log WHERE at_ms >= $1 ORDER BY at_ms`,
        [ms],
      ),
    nowMs: async () => {
      const [row] = await system.query<{ ms: number }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
      );
      return row?.ms ?? Number.NaN;
    },
  };
};

/** For each bucket that changed hands: how many milliseconds it had no owner. */
export const restsOf = (changes: readonly OwnershipChange[]): number[] => {
  const freed = new Map<string, number>();
  const rests: number[] = [];
  for (const { source, bucket, after, atMs } of changes) {
    const name = `${source} ${bucket}`;
    const freedMs = freed.get(name);
    if (after === null) freed.set(name, atMs);
    else if (freedMs !== undefined) rests.push(atMs - freedMs);
    if (after !== null) freed.delete(name);
  }
  return rests;
};
