import { AppError } from '#platform/base/errors.ts';
import type {
  DiscardedEvent,
  EditedLetter,
  RedrivenKeys,
  RedrivenLetters,
  ReplayedEvents,
} from '../domain/changed.ts';
import { progressWords } from '../domain/progress-words.ts';
import type { KeptOperation } from './operation.ts';
import type { KeyOfTopic } from './redrive.ts';

/** What has become of events that are not through. */
export interface Unfinished {
  failedAgain: number;
  discarded: number;
  waiting: number;
  /** Keys of which an event failed again; the first 20. */
  failedSample: KeyOfTopic[];
}

/** What has become of the events of an operation. */
export interface Progress extends Unfinished {
  events: number;
  through: number;
}

export interface FollowedOperation extends Progress {
  operation: KeptOperation;
  says: string;
  /** The value with which an edited letter was redriven; else empty. */
  editedValue: string;
}

export interface FollowOperationDeps {
  findOperation: (id: string) => Promise<KeptOperation | undefined>;
  /** Counts events of the keys that were there at that time. */
  followKeys: (
    source: string,
    change: { keys: readonly KeyOfTopic[]; at: Date },
  ) => Promise<Unfinished>;
  followEvents: (source: string, ids: readonly string[]) => Promise<Unfinished>;
  followLetters: (service: string, letters: RedrivenLetters) => Promise<Unfinished>;
}

/** Shows one operation and what has become of the events that it changed. Refuses an id that there is not. */
export const followOperation =
  (deps: FollowOperationDeps) =>
  async (id: string): Promise<FollowedOperation> => {
    const operation = await deps.findOperation(id);
    if (!operation)
      throw new AppError('not-found', 'operation-not-found', 'There is no operation with this id.');
    const { events, unfinished } = await follow(deps, operation);
    const { failedAgain, discarded, waiting } = unfinished;
    const through = Math.max(0, events - failedAgain - discarded - waiting);
    const progress = { events, through, ...unfinished };
    const says = progressWords(operation, { ...progress, passedOver: passedOverOf(operation) });
    return { operation, ...progress, says, editedValue: editedValueOf(operation) };
  };

const editedValueOf = ({ operation, changed }: KeptOperation): string =>
  operation === 'edit-dead-letter' && changed !== null && changed !== undefined
    ? (changed as EditedLetter).value
    : '';

const passedOverOf = ({ operation, changed }: KeptOperation): number =>
  operation === 'replay' && changed !== null && changed !== undefined
    ? (changed as ReplayedEvents).passedOver
    : 0;

const nothing: Unfinished = { failedAgain: 0, discarded: 0, waiting: 0, failedSample: [] };

const follow = async (
  deps: FollowOperationDeps,
  { operation, source, at, changed }: KeptOperation,
): Promise<{ events: number; unfinished: Unfinished }> => {
  if (changed === null || changed === undefined) return { events: 0, unfinished: nothing };
  const keysOf = async (keys: readonly KeyOfTopic[], events: number) => ({
    events,
    unfinished: events === 0 ? nothing : await deps.followKeys(source, { keys, at }),
  });
  switch (operation) {
    case 'redrive': {
      const { keys } = changed as RedrivenKeys;
      return keysOf(
        keys,
        keys.reduce((sum, { failed, waiting }) => sum + failed + waiting, 0),
      );
    }
    case 'discard': {
      const event = changed as DiscardedEvent;
      return keysOf([event], event.released);
    }
    case 'replay': {
      const { ids } = changed as ReplayedEvents;
      return { events: ids.length, unfinished: await deps.followEvents(source, ids) };
    }
    case 'redrive-dead-letters':
    case 'edit-dead-letter': {
      const redriven = changed as RedrivenLetters;
      const unfinished = await deps.followLetters(source, redriven);
      return { events: redriven.letters.length, unfinished };
    }
    default:
      return { events: 0, unfinished: nothing };
  }
};
