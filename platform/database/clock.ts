import { v7 } from 'uuid';
import type { Clock } from '../base/clock.ts';
import { databaseAway } from './errors.ts';

/**
 * The database's clock, as each new connection reads it; between two readings the machine's monotonic clock
 * counts on. A wrong clock of this machine, or one that is set while the process runs, changes nothing.
 */
export interface DatabaseClock {
  /** The present moment. Throws `unavailable` until the database was reached once. */
  readonly now: Clock;
  /** A new UUID v7 of the present moment; throws as `now` does. */
  readonly newId: () => string;
  /** For readiness: rejects while the clock of this machine is seconds away from the database's. */
  check(): Promise<void>;
}

export interface SettableClock extends DatabaseClock {
  /** The database said `databaseMs` (since 1970) when `performance.now()` was `atMs`. */
  set(databaseMs: number, atMs: number): void;
}

// what the answer of a busy database may take; a clock that is wrong is wrong by more, sooner or later
const toleratedMs = 5_000;

/** A clock that waits for its first reading. */
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
