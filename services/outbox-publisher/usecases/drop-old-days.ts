import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';

const everyMs = 3_600_000;
const backoff = { firstMs: 60_000, maxMs: everyMs };
const batchRows = 1_000;
// a day that cannot be dropped is reported once in this many rounds
const roundsBetweenWarnings = 24;

export interface OldDay {
  name: string;
  hasUnsent: boolean;
}

export interface Drop {
  /** The answers of the function `drop_outbox_partition` (platform/messaging/outbox/retention.sql). */
  outcome: 'dropped' | 'emptied' | 'kept-unsent' | 'busy' | 'gone';
  /** FAILED rows that were moved to `outbox_failed`. */
  moved: number;
}

export interface OldDays {
  /** Partitions of days older than the retention, oldest first. */
  list(): Promise<OldDay[]>;
  /** Runs in one transaction; checks again under the lock. */
  drop(name: string): Promise<Drop>;
  /** Deletes some old sent rows of the partitions that are never dropped; returns how many. */
  deleteOuterRows(maxRows: number): Promise<number>;
}

export interface DropOldDaysDeps {
  source: string;
  days: OldDays;
  countDropped: () => void;
  logger: Logger;
}

export interface OldDaysKeeper {
  /** One round: drops old days, oldest first. It ends when a lock is not available. */
  sweep(signal: AbortSignal): Promise<void>;
  /** Runs a round at once and then every hour, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Drops the days of the outbox that are older than the retention and completely sent. Every publisher tries,
 * without owning anything: the database lets one drop a day, and the others find it gone.
 */
export const createOldDaysKeeper = (deps: DropOldDaysDeps): OldDaysKeeper => {
  const { source, days, logger } = deps;
  const lastWarned = new Map<string, number>();
  let round = 0;

  const warnOfUnsent = (table: string) => {
    const last = lastWarned.get(table);
    if (last !== undefined && round - last < roundsBetweenWarnings) return;
    lastWarned.set(table, round);
    logger.warn({ source, table }, 'an old day is kept: it holds events that are not sent');
  };

  const dropOne = async (table: string): Promise<'on' | 'busy'> => {
    const { outcome, moved } = await days.drop(table);
    switch (outcome) {
      case 'dropped':
      case 'emptied':
        deps.countDropped();
        lastWarned.delete(table);
        logger.info({ source, table, outcome, moved }, 'an old day of the outbox is gone');
        return 'on';
      case 'kept-unsent':
        warnOfUnsent(table);
        return 'on';
      case 'busy':
        // trying the next day would make writers wait once more
        logger.info({ source, table }, 'an old day is being read; it is dropped an hour later');
        return 'busy';
      case 'gone':
        return 'on';
    }
  };

  const dropDays = async (signal: AbortSignal) => {
    const seen = new Set<string>();
    while (!signal.aborted) {
      // listed anew each time: once a day is dropped, the next one may be the oldest
      const next = (await days.list()).find(({ name }) => !seen.has(name));
      if (next === undefined) return;
      seen.add(next.name);
      if (next.hasUnsent) warnOfUnsent(next.name);
      else if ((await orWarn(deps, next.name, dropOne)) === 'busy') return;
    }
  };

  const sweep = async (signal: AbortSignal) => {
    round += 1;
    await dropDays(signal);
    while (!signal.aborted && (await days.deleteOuterRows(batchRows)) >= batchRows);
  };

  return {
    sweep,
    run: (signal) => {
      const name = 'dropping old days of the outbox';
      return repeat({ name, logger, facts: { source }, everyMs, backoff }, signal, () =>
        sweep(signal),
      );
    },
  };
};

/** A day that cannot be dropped does not stop the others; an unavailable database fails the next listing. */
const orWarn = (
  { source, logger }: DropOldDaysDeps,
  table: string,
  drop: (table: string) => Promise<'on' | 'busy'>,
): Promise<'on' | 'busy'> =>
  drop(table).catch((error: unknown) => {
    logger.warn(
      { err: error, source, table },
      'an old day could not be dropped; it is tried again an hour later, the others go on',
    );
    return 'on';
  });
