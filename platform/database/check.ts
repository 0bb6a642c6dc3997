import type { Logger } from '../base/logger.ts';
import { reportOnly, type ReadinessCheck } from '../base/readiness.ts';
import { databaseWords } from './errors.ts';
import type { Pool } from './pool.ts';
import { readOnlyWords, standbyWords, UnfitServer } from './session.ts';

/** A statement that fails as a write would on a read-only server, so that a pool learns of it as well. */
export const requireWritable = `DO $$ BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = '${standbyWords}';
  ELSIF current_setting('transaction_read_only') = 'on' THEN
    RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = '${readOnlyWords}';
  END IF; END $$`;

/** For readiness: rejects, with a description, unless the pool leads to a server that can be written to. */
export const databaseCheck = (pool: Pool) => async (): Promise<void> => {
  await pool.query(requireWritable).catch((error: unknown) => {
    throw new Error(databaseWords(error), { cause: error });
  });
};

/** Checks of a service: whether its database can be written to, and whether its own clock is right. */
export const databaseChecks = (pool: Pool): Record<'database' | 'clock', ReadinessCheck> => ({
  database: databaseCheck(pool),
  ...reportOnly({ clock: () => pool.clock.check() }),
});

/**
 * Called at the start: refuses a server, or a pooler in front of it, that can never do the work. An
 * unavailable database is no reason to refuse, because it will come back.
 */
export const requireFitServer = async (pool: Pool, logger: Logger): Promise<void> => {
  try {
    (await pool.connect()).release();
  } catch (error) {
    const cause = Error.isError(error) ? error.cause : undefined;
    if (cause instanceof UnfitServer) throw cause;
    logger.warn({ err: error }, 'the database cannot be used yet; trying again');
  }
};
