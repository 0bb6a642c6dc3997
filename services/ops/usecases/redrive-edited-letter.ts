import type { EditedLetter } from '../domain/changed.ts';
import { editedValue } from './edited-value.ts';
import { refuseWrongId } from './event-id.ts';
import {
  doOnce,
  entryOf,
  withoutConflict,
  type ActDeps,
  type DoneOperation,
  type KeptChange,
  type RequestOfAct,
} from './operation.ts';
import { refuseUnlessOpen, unlessChanged } from './open-letter.ts';
import type { LetterName } from './redrive-dead-letters.ts';
import type { LetterIdentity, ShowLetterDeps } from './show-letter.ts';

export interface RedriveEditedInput extends LetterIdentity {
  actor: string;
  reason: string;
  /** JSON. */
  value: string;
  dryRun: boolean;
  request?: RequestOfAct | undefined;
}

export interface RedriveEditedResult extends LetterName {
  consumer: string;
  operationId: string;
}

export interface RedriveEditedDeps extends ActDeps, ShowLetterDeps {
  loadNow: () => Promise<Date>;
  redriveEdited: (
    service: string,
    letter: LetterIdentity & {
      actor: string;
      value: Uint8Array;
      request?: RequestOfAct | undefined;
    },
    entry: (isDone: boolean) => DoneOperation,
  ) => Promise<KeptChange>;
}

/**
 * Lets the one consumer that gave a message up try it with another value. Its id, key and sequence stay, so that it
 * takes effect once and in its place. Refuses a letter that is not open, and a value that is not JSON.
 */
export const redriveEditedLetter =
  (deps: RedriveEditedDeps) =>
  async (input: RedriveEditedInput): Promise<RedriveEditedResult> => {
    refuseWrongId(input.eventId, 'event_id');
    if (input.dryRun) return look(deps, input);
    return answerOf(await doOnce(deps, input.request, () => requeue(deps, input)));
  };

const look = async (
  deps: RedriveEditedDeps,
  input: RedriveEditedInput,
): Promise<RedriveEditedResult> => {
  const { changed, entry } = await choose(deps, input);
  const operation = entry(1);
  await deps.keepOperation(operation);
  return answerOf({ id: operation.id, changed });
};

const requeue = async (deps: RedriveEditedDeps, input: RedriveEditedInput): Promise<KeptChange> => {
  const { service, consumer, value, changed, entry } = await choose(deps, input);
  const { actor, eventId, request } = input;
  return withoutConflict(() =>
    deps.redriveEdited(
      service,
      { consumer, eventId, actor, value, request },
      unlessChanged(() => entry(1, changed)),
    ),
  );
};

const choose = async (deps: RedriveEditedDeps, input: RedriveEditedInput) => {
  const { actor, reason, eventId, dryRun } = input;
  const { service, consumer } = await deps.findConsumer(input.consumer);
  const letter = await deps.findWholeLetter(service, { consumer, eventId });
  refuseUnlessOpen(letter, consumer);
  const { topic, key } = letter;
  const value = editedValue(input.value, letter.value);
  const asOf = (await deps.loadNow()).toISOString();
  const changed: EditedLetter = {
    consumer,
    asOf,
    hasMore: false,
    letters: [{ eventId, topic, key }],
    value: input.value,
  };
  const sequence = letter.sequence?.toString();
  const entry = entryOf(deps, {
    actor,
    operation: 'edit-dead-letter',
    source: service,
    dryRun,
    request: dryRun ? undefined : input.request,
    arguments: { consumer, eventId, topic, key, sequence, reason },
  });
  return { service, consumer, value, changed, entry };
};

const answerOf = ({ id, changed }: KeptChange): RedriveEditedResult => {
  const { consumer, letters } = changed as EditedLetter;
  const [letter] = letters;
  if (letter === undefined) throw new Error(`Operation ${id} has no letter.`);
  return { ...letter, consumer, operationId: id };
};
