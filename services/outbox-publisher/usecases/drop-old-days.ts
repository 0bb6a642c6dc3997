import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';

const everyMs = 3_600_000;
const backoff = { firstMs: 60_000, maxMs: everyMs };
const batchRows = 1_000;
// a day that cannot be dropped is reported once in so many rounds
const roundsBetweenWarnings = 24;

export interface OldDay {
  name: string;
  hasUnsent: boolean;
}

export interface Drop {
  /** As the function `drop_outbox_partition` says them (platform/messaging/outbox/retention.sql). */
  outcome: 'dropped' | 'emptied' | 'kept-unsent' | 'busy' | 'gone';
  /** FAILED rows that are in `outbox_failed` now. */
  moved: number;
}

export interface OldDays {
  /** Partitions of days older than the retention, oldest first. */
  list(): Promise<OldDay[]>;
  /** One transaction; looks again under the lock. */
  drop(name: string): Promise<Drop>;
  /** Deletes some old sent rows of the partitions that are never dropped; tells how many. */
  deleteOuterRows(maxRows: number): Promise<number>;
}

export interface DropOldDaysDeps {
  source: string;
  days: OldDays;
  countDropped: () => void;
  logger: Logger;
}

export interface OldDaysKeeper {
  /** One round: what is old goes, oldest first. A lock that was not to be had ends it. */
  sweep(signal: AbortSignal): Promise<void>;
  /** A round at once and then hourly, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Drops the days of the outbox that are older than the retention and wholly sent. Every publisher does
 * it, owning nothing: the database lets one drop a day, and the others find it gone.
 */
export const createOldDaysKeeper = (deps: DropOldDaysDeps): OldDaysKeeper => {
  const { source, days, logger } = deps;
  const lastWarned = new Map<string, number>();
  let round = 0;

  const warnOfUnsent = (partition: string) => {
    const last = lastWarned.get(partition);
    if (last !== undefined && round - last < roundsBetweenWarnings) return;
    lastWarned.set(partition, round);
    logger.warn({ source, partition }, 'an old day is kept: it holds events that are not sent');
  };

  const dropOne = async (partition: string): Promise<'on' | 'busy'> => {
    const { outcome, moved } = await days.drop(partition);
    switch (outcome) {
      case 'dropped':
      case 'emptied':
        deps.countDropped();
        lastWarned.delete(partition);
        logger.info({ source, partition, outcome, moved }, 'an old day of the outbox is gone');
        return 'on';
      case 'kept-unsent':
        warnOfUnsent(partition);
        return 'on';
      case 'busy':
        // trying the next one would make the writers wait once more
        logger.info({ source, partition }, 'an old day is being read; it is dropped an hour later');
        return 'busy';
      case 'gone':
        return 'on';
    }
  };

  const dropDays = async (signal: AbortSignal) => {
    const seen = new Set<string>();
    while (!signal.aborted) {
      // asked anew each time: what lies behind a dropped day may be the oldest now
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

/** A day that cannot be dropped holds up no other; that the database is away is found by the next look. */
const orWarn = (
  { source, logger }: DropOldDaysDeps,
  partition: string,
  drop: (partition: string) => Promise<'on' | 'busy'>,
): Promise<'on' | 'busy'> =>
  drop(partition).catch((error: unknown) => {
    logger.warn(
      { err: error, source, partition },
      'an old day could not be dropped; it is tried again an hour later, the others go on',
    );
    return 'on';
  });
