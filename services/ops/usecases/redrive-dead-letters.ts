import type { KnownConsumer } from './find-consumer.ts';
import {
  entryOf,
  upToNow,
  withoutConflict,
  type DoneOperation,
  type OperationDeps,
} from './operation.ts';
import { refuseWrongId } from './event-id.ts';

export interface LetterName {
  eventId: string;
  topic: string;
  key: string;
}

/** An empty text matches everything. */
export interface LetterSelection {
  consumer: string;
  key: string;
  /** A part of the error. */
  reason: string;
  eventId: string;
  failedFrom: Date | undefined;
  failedBefore: Date;
}

export interface RedriveLettersInput extends Omit<LetterSelection, 'failedBefore'> {
  actor: string;
  /** Undefined means now. */
  failedBefore: Date | undefined;
  maxLetters: number;
  dryRun: boolean;
}

export interface RedriveLettersResult {
  letters: readonly LetterName[];
  hasMore: boolean;
  asOf: Date;
}

export interface RedriveLettersDeps extends OperationDeps {
  findConsumer: (name: string) => Promise<KnownConsumer>;
  loadNow: () => Promise<Date>;
  selectLetters: (
    service: string,
    selection: LetterSelection,
    limit: number,
  ) => Promise<LetterName[]>;
  /** Returns the ids of those that were not redriven or discarded by somebody else meanwhile. */
  redriveLetters: (
    service: string,
    letters: { consumer: string; eventIds: readonly string[]; actor: string },
    entry: (eventIds: readonly string[]) => DoneOperation,
  ) => Promise<readonly string[]>;
  keepOperation: (operation: DoneOperation) => Promise<void>;
}

const mostOfDryRun = 10_000;

/**
 * Requeues one batch of dead letters for the consumer that gave them up. Matching messages are selected
 * without a lock; whether one is still given up is checked again under it.
 */
export const redriveDeadLetters =
  (deps: RedriveLettersDeps) =>
  async (input: RedriveLettersInput): Promise<RedriveLettersResult> => {
    const { actor, dryRun, key, reason, eventId, failedFrom } = input;
    if (eventId !== '') refuseWrongId(eventId, 'event_id');
    const { service, consumer } = await deps.findConsumer(input.consumer);
    const failedBefore = await upToNow(deps.loadNow, input.failedBefore);
    const limit = dryRun ? mostOfDryRun : input.maxLetters;
    const selection = { consumer, key, reason, eventId, failedFrom, failedBefore };
    const found = await deps.selectLetters(service, selection, limit + 1);
    const letters = found.slice(0, limit);
    const page = { hasMore: found.length > limit, asOf: failedBefore };
    const entry = entryOf(deps, {
      actor,
      operation: 'redrive-dead-letters',
      source: service,
      dryRun,
      arguments: selection,
    });
    if (dryRun) {
      await deps.keepOperation(entry(letters.length));
      return { ...page, letters };
    }
    const eventIds = letters.map((each) => each.eventId);
    const done = await withoutConflict(() =>
      deps.redriveLetters(service, { consumer, eventIds, actor }, (ids) => entry(ids.length)),
    );
    return { ...page, letters: letters.filter((each) => done.includes(each.eventId)) };
  };
