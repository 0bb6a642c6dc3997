import type { RedrivenLetters } from '../domain/changed.ts';
import type { KnownConsumer } from './find-consumer.ts';
import type { LetterFilter } from './list-dead-letters.ts';
import {
  doOnce,
  entryOf,
  upToNow,
  withoutConflict,
  type ActDeps,
  type DoneOperation,
  type KeptChange,
  type RequestOfAct,
} from './operation.ts';
import { refuseWrongId } from './event-id.ts';

export interface LetterName {
  eventId: string;
  topic: string;
  key: string;
}

/** An empty text matches everything. */
export interface LetterSelection extends LetterFilter {
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
  request?: RequestOfAct | undefined;
}

export interface RedriveLettersResult {
  operationId: string;
  letters: readonly LetterName[];
  hasMore: boolean;
  asOf: Date;
}

export interface RedriveLettersDeps extends ActDeps {
  findConsumer: (name: string) => Promise<KnownConsumer>;
  loadNow: () => Promise<Date>;
  selectLetters: (
    service: string,
    selection: LetterSelection,
    limit: number,
  ) => Promise<LetterName[]>;
  /** The entry is made from the ids of those that nobody else redrove or discarded meanwhile. */
  redriveLetters: (
    service: string,
    letters: {
      consumer: string;
      eventIds: readonly string[];
      actor: string;
      request?: RequestOfAct | undefined;
    },
    entry: (eventIds: readonly string[]) => DoneOperation,
  ) => Promise<KeptChange>;
}

const mostOfDryRun = 10_000;

/**
 * Requeues one batch of dead letters for the consumer that gave them up. Matching messages are selected
 * without a lock; whether one is still given up is checked again under it.
 */
export const redriveDeadLetters =
  (deps: RedriveLettersDeps) =>
  async (input: RedriveLettersInput): Promise<RedriveLettersResult> => {
    if (input.eventId !== '') refuseWrongId(input.eventId, 'event_id');
    if (input.dryRun) return look(deps, input);
    return answerOf(await doOnce(deps, input.request, () => requeue(deps, input)));
  };

const look = async (
  deps: RedriveLettersDeps,
  input: RedriveLettersInput,
): Promise<RedriveLettersResult> => {
  const { letters, entry, resultOf } = await select(deps, input);
  const operation = entry(letters.length);
  await deps.keepOperation(operation);
  return answerOf({ id: operation.id, changed: resultOf(letters) });
};

const requeue = async (
  deps: RedriveLettersDeps,
  input: RedriveLettersInput,
): Promise<KeptChange> => {
  const { service, consumer, letters, entry, resultOf } = await select(deps, input);
  const { actor, request } = input;
  const eventIds = letters.map((each) => each.eventId);
  return withoutConflict(() =>
    deps.redriveLetters(service, { consumer, eventIds, actor, request }, (ids) =>
      entry(ids.length, resultOf(letters.filter((each) => ids.includes(each.eventId)))),
    ),
  );
};

const select = async (deps: RedriveLettersDeps, input: RedriveLettersInput) => {
  const { service, consumer } = await deps.findConsumer(input.consumer);
  const { actor, dryRun, topic, key, reason, firstLine, eventId, failedFrom } = input;
  const failedBefore = await upToNow(deps.loadNow, input.failedBefore);
  const limit = dryRun ? mostOfDryRun : input.maxLetters;
  const filter = { consumer, topic, key, reason, firstLine };
  const selection = { ...filter, eventId, failedFrom, failedBefore };
  const found = await deps.selectLetters(service, selection, limit + 1);
  const resultOf = (letters: readonly LetterName[]): RedrivenLetters => ({
    consumer,
    letters,
    hasMore: found.length > limit,
    asOf: failedBefore.toISOString(),
  });
  const entry = entryOf(deps, {
    actor,
    operation: 'redrive-dead-letters',
    source: service,
    dryRun,
    request: dryRun ? undefined : input.request,
    arguments: selection,
  });
  return { service, consumer, letters: found.slice(0, limit), entry, resultOf };
};

const answerOf = ({ id, changed }: KeptChange): RedriveLettersResult => {
  const { letters, hasMore, asOf } = changed as RedrivenLetters;
  return { operationId: id, letters, hasMore, asOf: new Date(asOf) };
};
