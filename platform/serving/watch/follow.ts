import { AppError } from '../../base/errors.ts';
import type { Slots } from './slots.ts';
import type { Position, Sequenced } from './waiters.ts';

export interface FollowDeps<Key, Row> {
  /** Who watches takes a slot, for as long as is allowed. */
  slots: Slots;
  /** How far it has come, and whether more can follow; refuses what is unknown. */
  load: (key: Key) => Promise<{ sequence: bigint; isOver: boolean }>;
  /** The rows after a position, as soon as there are any; rejects when the signal aborts. */
  next: (position: Position<Key>, signal: AbortSignal) => Promise<readonly Row[]>;
  /** No row comes after it. */
  isLast: (row: Row) => boolean;
}

/**
 * Tells the rows of a key in their sequence, past ones first, until the last. Refuses a sequence that is not
 * reached (`sequence-ahead`) and one watcher too many (`too-many-watches`). Ends a watch that takes too long
 * with `watch-expired`.
 */
export const follow = <Key, Row extends Sequenced>(deps: FollowDeps<Key, Row>) =>
  async function* ({ key, after: from }: Position<Key>, signal: AbortSignal): AsyncGenerator<Row> {
    const slot = deps.slots.enter(signal, expired);
    if (!slot) throw tooMany();
    try {
      const { sequence, isOver } = await deps.load(key);
      if (from > sequence) throw ahead(from, sequence);
      let after = from;
      let isAllTold = isOver && from === sequence;
      while (!isAllTold) {
        for (const row of await deps.next({ key, after }, slot.signal)) {
          yield row;
          after = row.sequence;
          isAllTold = deps.isLast(row);
        }
      }
    } finally {
      slot.leave();
    }
  };

const expired = (): AppError =>
  new AppError('unavailable', 'watch-expired', 'Watched long enough; go on with after_sequence.');

const tooMany = (): AppError =>
  new AppError('exhausted', 'too-many-watches', 'Too many watch here; try later.');

const ahead = (after: bigint, sequence: bigint): AppError =>
  new AppError(
    'invalid',
    'sequence-ahead',
    `It is at sequence ${sequence.toString()}, which is before ${after.toString()}.`,
    { field: 'after_sequence', metadata: { sequence: sequence.toString() } },
  );
