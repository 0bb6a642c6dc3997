import { AppError } from '#platform/base/errors.ts';
import type { Logger } from '#platform/base/logger.ts';

export interface RequireOutboxesDeps {
  findMissing: (sources: readonly string[]) => Promise<string[]>;
  logger: Logger;
}

/**
 * Refuses to start for a source that the database does not have: it would wait for ever without an error. An
 * unavailable database is no reason to refuse, because it will come back.
 */
export const requireOutboxes = async (
  { findMissing, logger }: RequireOutboxesDeps,
  sources: readonly string[],
): Promise<void> => {
  let missing: string[];
  try {
    missing = await findMissing(sources);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    logger.warn({ reason: error.reason, err: error }, 'the database is unavailable at the start');
    return;
  }
  if (missing.length === 0) return;
  throw new Error(
    `OUTBOX_SOURCES names ${missing.join(', ')}, but this database has no such outbox. ` +
      'Correct the setting, or run the migrations (deploy/migrate.ts) first.',
  );
};
