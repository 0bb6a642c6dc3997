import type { Pool } from '../../database/pool.ts';
import type { Assignment } from '../kafka/consumer-options.ts';
import type { Hold } from '../kafka/holds.ts';
import type { TopicPartition } from '../kafka/message.ts';
import type { Logger } from '../../base/logger.ts';
import { repeat, type RepeatOptions } from '../../base/loops.ts';
import { createPause } from '../timer/pause.ts';
import type { HeldRows } from './held-rows.ts';

export interface HeldLoop {
  onAssignment: (assignment: Assignment | undefined) => void;
  /** To be called when a partition is held, after each failed try, and with `undefined` when it has gone on. */
  onHold: (place: TopicPartition, hold: Hold | undefined) => void;
  /** Records the held partitions at each change and every 5 s, until the signal aborts. Never rejects. */
  run: () => Promise<void>;
}

export interface HeldLoopParts {
  consumer: string;
  rows: HeldRows;
  pool: Pool;
  logger: Logger;
  /** Returns the partitions that the consumer holds now. */
  held: () => Hold[];
}

// A member whose process was paused may overwrite what its successor has recorded, so the successor records it again.
const recordEveryMs = 5_000;
// After an assignment the row of the previous member is kept for this time, in which this member tries the partition.
const graceMs = 5_000;
const backoff = { firstMs: 250, maxMs: 5_000 };

/**
 * Records in the database which of its partitions a consumer holds, for operators. The member to which a partition
 * is assigned maintains its row: it overwrites or deletes what a killed member left.
 */
export const createHeldLoop = (parts: HeldLoopParts, signal: AbortSignal): HeldLoop => {
  const { consumer, rows, pool, logger, held } = parts;
  const pause = createPause(signal);
  let assigned: readonly number[] = [];
  const undecidedUntilMs = new Map<number, number>();
  const isDecided = (partition: number): boolean =>
    (undecidedUntilMs.get(partition) ?? 0) <= performance.now();
  const record = async (): Promise<void> => {
    const holds = held().filter(({ partition }) => assigned.includes(partition));
    if (assigned.length > 0) await rows.record(pool, assigned.filter(isDecided), holds);
  };
  // These failures are logged at debug, because the loop that handles messages reports an unavailable database.
  const loop: RepeatOptions = {
    name: 'recording held partitions',
    logger,
    facts: { consumer },
    backoff,
    level: 'debug',
  };
  const run = () =>
    repeat(loop, signal, async (progress) => {
      pause.begin();
      await record();
      progress();
      await pause.sleep(recordEveryMs);
    });
  return {
    onAssignment: (assignment) => {
      assigned = (assignment?.partitions ?? []).map(({ partition }) => partition);
      for (const { partition } of assignment?.gained ?? [])
        undecidedUntilMs.set(partition, performance.now() + graceMs);
      pause.tell(0);
    },
    onHold: ({ partition }, hold) => {
      if (hold === undefined) undecidedUntilMs.delete(partition);
      pause.tell(0);
    },
    run,
  };
};
