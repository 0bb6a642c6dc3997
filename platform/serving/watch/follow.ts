import { AppError, type Refusals } from '../../base/errors.ts';
import { inSlot, slotRefusals } from './in-slot.ts';
import type { Watches } from './open-watches.ts';
import type { Position, Sequenced } from './waiters.ts';

/** How far something has come. */
export interface Progress<Status> extends Sequenced {
  readonly status: Status;
}

export interface FollowDeps<Key, Row extends Progress<unknown>> extends Pick<
  Watches<Key, Row>,
  'slots' | 'next'
> {
  /** Refuses an unknown key. */
  load: (key: Key) => Promise<Progress<Row['status']>>;
  /** Whether no row can follow one of this status. */
  isFinal: (status: Row['status']) => boolean;
}

export type Follow<Key, Row> = (from: Position<Key>, signal: AbortSignal) => AsyncGenerator<Row>;

/** The reasons for which `follow` refuses or ends, in addition to those of `load`. */
export const followRefusals = {
  ...slotRefusals,
  invalid: ['sequence-ahead'],
} satisfies Refusals;

/**
 * Streams the rows of a key in their sequence, past ones first, until one is final. Refuses a sequence that
 * is not reached (`sequence-ahead`) and a watch beyond the limit (`too-many-watches`). Ends a watch that
 * takes too long with `watch-expired`.
 */
export const follow =
  <Key, Row extends Progress<unknown>>(deps: FollowDeps<Key, Row>): Follow<Key, Row> =>
  ({ key, after: from }, signal) =>
    inSlot(
      { slots: deps.slots, signal, goOn: 'continue with after_sequence' },
      async function* (inTime) {
        const { sequence, status } = await deps.load(key);
        if (from > sequence) throw ahead(from, sequence);
        let after = from;
        let isAllTold = deps.isFinal(status) && from === sequence;
        while (!isAllTold) {
          for (const row of await deps.next({ key, after }, inTime)) {
            yield row;
            after = row.sequence;
            isAllTold = deps.isFinal(row.status);
          }
        }
      },
    );

const ahead = (after: bigint, sequence: bigint): AppError =>
  new AppError(
    'invalid',
    'sequence-ahead',
    `It is at sequence ${sequence.toString()}, which is before ${after.toString()}.`,
    { field: 'after_sequence', metadata: { sequence: sequence.toString() } },
  );
