import type { Logger } from '../base/logger.ts';
import { reportOnly, type ReadinessCheck } from '../base/readiness.ts';
import { databaseWords } from './errors.ts';
import type { Pool } from './pool.ts';
import { readOnlyWords, standbyWords, UnfitServer } from './session.ts';

/** A statement that fails as a write would where nothing can be written, so that a pool learns from it as well. */
export const requireWritable = `DO $$ BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = '${standbyWords}';
  ELSIF current_setting('transaction_read_only') = 'on' THEN
    RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = '${readOnlyWords}';
  END IF; END $$`;

/** For readiness: rejects, in words, unless the pool leads to a server that can be written to. */
export const databaseCheck = (pool: Pool) => async (): Promise<void> => {
  await pool.query(requireWritable).catch((error: unknown) => {
    throw new Error(databaseWords(error), { cause: error });
  });
};

/** Of a service: whether its database can be written to, and what is the matter with its own clock, if anything. */
export const databaseChecks = (pool: Pool): Record<'database' | 'clock', ReadinessCheck> => ({
  database: databaseCheck(pool),
  ...reportOnly({ clock: () => pool.clock.check() }),
});

/**
 * At the start: refuses a server, or a pooler before it, that can never do the work. A database that is away is
 * no reason to refuse; it will come.
 */
export const requireFitServer = async (pool: Pool, logger: Logger): Promise<void> => {
  try {
    (await pool.connect()).release();
  } catch (error) {
    const cause = Error.isError(error) ? error.cause : undefined;
    if (cause instanceof UnfitServer) throw cause;
    logger.warn({ reason: databaseWords(error) }, 'the database cannot be used yet; trying again');
  }
};
