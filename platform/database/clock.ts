import { v7 } from 'uuid';
import type { Clock } from '../base/clock.ts';
import { databaseAway } from './errors.ts';

/**
 * The database's clock, as each new connection reads it; between two readings the monotonic clock of this
 * machine continues it. A wrong clock of this machine, or setting it while the process runs, has no effect.
 */
export interface DatabaseClock {
  /** Returns the present time. Throws `unavailable` until the database has been reached once. */
  readonly now: Clock;
  /** Returns a new UUID v7 of the present time; throws as `now` does. */
  readonly newId: () => string;
  /** For readiness: rejects while the clock of this machine is seconds away from the database's. */
  check(): Promise<void>;
}

export interface SettableClock extends DatabaseClock {
  /** Sets the clock: the database said `databaseMs` (since 1970) when `performance.now()` was `atMs`. */
  set(databaseMs: number, atMs: number): void;
}

// how long a busy database may take to answer; a wrong clock differs by more, sooner or later
const toleratedMs = 5_000;

/** Creates a clock that waits for its first reading. */
export const createDatabaseClock = (): SettableClock => {
  let startMs: number | undefined;
  const nowMs = (): number => {
    if (startMs === undefined) throw databaseAway();
    return Math.floor(startMs + performance.now());
  };
  return {
    now: () => new Date(nowMs()),
    newId: () => v7({ msecs: nowMs() }),
    set: (databaseMs, atMs) => {
      startMs = databaseMs - atMs;
    },
    check: () => {
      const aheadMs = startMs === undefined ? 0 : Date.now() - nowMs();
      return Math.abs(aheadMs) <= toleratedMs
        ? Promise.resolve()
        : Promise.reject(new Error(differenceWords(aheadMs)));
    },
  };
};

const units = [
  { name: 'days', ms: 86_400_000 },
  { name: 'hours', ms: 3_600_000 },
  { name: 'minutes', ms: 60_000 },
  { name: 'seconds', ms: 1_000 },
];

const differenceWords = (aheadMs: number): string => {
  const ms = Math.abs(aheadMs);
  const unit = units.find((each) => ms >= 2 * each.ms) ?? { name: 'ms', ms: 1 };
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return (
    `the clock of this machine is ${Math.round(ms / unit.ms)} ${unit.name} ${side} the database's: ` +
    'times in logs and latencies in metrics are wrong; set it by NTP'
  );
};
