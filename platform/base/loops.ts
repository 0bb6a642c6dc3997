import { backoffMs, type BackoffOptions } from './backoff.ts';
import type { LogFacts } from './log-line.ts';
import type { Logger } from './logger.ts';
import { sleep } from './sleep.ts';

export interface RepeatOptions {
  /** What the work is, as the subject of a log message: "purging idempotency keys". */
  name: string;
  logger: Logger;
  /** Fields of each log entry. */
  facts?: LogFacts;
  /** The pause after work that succeeded, in milliseconds; without it the next run begins at once. */
  everyMs?: number;
  /** The pauses after work that failed. */
  backoff: BackoffOptions;
  /** The level of the first failure; `debug` where another part of the process reports the same outage. */
  level?: 'warn' | 'info' | 'debug';
}

/**
 * Resolves with the pause before the next run where it differs from `everyMs`, or with `end` to end the loop.
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most work has nothing to say
export type Work = (progress: () => void) => Promise<number | 'end' | void>;

/**
 * Runs the work repeatedly until the signal aborts. A failure is logged and followed by a pause that grows
 * until there is progress: a run that succeeds, or a call of `progress` by work that takes long. Never
 * rejects.
 */
export const repeat = async (
  options: RepeatOptions,
  signal: AbortSignal,
  work: Work,
): Promise<void> => {
  const { everyMs = 0, backoff } = options;
  const failures = createFailureLog(options);
  while (!isAborted(signal)) {
    let pauseMs: number;
    try {
      const next = (await work(() => failures.end())) ?? everyMs;
      failures.end();
      if (next === 'end') return;
      pauseMs = next;
    } catch (error) {
      // A connection that was cut because the process is stopping is not a failure.
      if (isAborted(signal)) return;
      pauseMs = backoffMs(failures.count() + 1, backoff);
      failures.add(error, { retry_in_ms: pauseMs });
    }
    // This avoids a timer of 0 ms, which would take a millisecond.
    if (pauseMs > 0) await sleep(pauseMs, signal);
  }
};

// This is a function, because TypeScript would assume that `aborted` cannot change during an await.
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

export interface FailureLog {
  /** The number of failures in a row. */
  count(): number;
  /** Logs the first failure of a row at the level, and later ones at `debug`. */
  add(error: unknown, facts?: LogFacts): void;
  /** Ends the row of failures, if there is one. */
  end(): void;
}

/** Logs an outage twice, when it begins and when it is over, however many attempts fail in between. */
export const createFailureLog = (
  options: Pick<RepeatOptions, 'name' | 'logger' | 'facts' | 'level'>,
): FailureLog => {
  const { name, logger, facts, level = 'warn' } = options;
  let count = 0;
  return {
    count: () => count,
    add: (error, more) => {
      count += 1;
      const entry = { err: error, ...facts, attempts: count, ...more };
      logger[count === 1 ? level : 'debug'](entry, `${name} failed; retrying`);
    },
    end: () => {
      if (count === 0) return;
      logger[level === 'debug' ? 'debug' : 'info'](
        { ...facts, attempts: count },
        `${name} works again`,
      );
      count = 0;
    },
  };
};
