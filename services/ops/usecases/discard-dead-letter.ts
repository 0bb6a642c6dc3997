import type { DiscardedLetter } from '../domain/changed.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import { refuseWrongId } from './event-id.ts';
import type { KnownConsumer } from './find-consumer.ts';
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

export interface DiscardLetterInput {
  actor: string;
  reason: string;
  consumer: string;
  eventId: string;
  dryRun: boolean;
  request?: RequestOfAct | undefined;
}

export interface DiscardLetterResult extends Omit<DiscardedLetter, 'sequence'> {
  operationId: string;
  sequence: bigint | undefined;
}

export interface DiscardLetterDeps extends ActDeps {
  findConsumer: (name: string) => Promise<KnownConsumer>;
  findLetter: (
    service: string,
    name: { consumer: string; eventId: string },
  ) => Promise<DeadLetter | undefined>;
  discardLetter: (
    service: string,
    letter: {
      consumer: string;
      eventId: string;
      actor: string;
      reason: string;
      request?: RequestOfAct | undefined;
    },
    entry: (isDone: boolean) => DoneOperation,
  ) => Promise<KeptChange>;
}

/**
 * Discards one dead letter for good. Refuses one that is waiting to be tried again, or was discarded already.
 */
export const discardDeadLetter =
  (deps: DiscardLetterDeps) =>
  async (input: DiscardLetterInput): Promise<DiscardLetterResult> => {
    refuseWrongId(input.eventId, 'event_id');
    if (input.dryRun) return look(deps, input);
    return answerOf(await doOnce(deps, input.request, () => giveUp(deps, input)));
  };

const look = async (
  deps: DiscardLetterDeps,
  input: DiscardLetterInput,
): Promise<DiscardLetterResult> => {
  const { changed, entry } = await choose(deps, input);
  const operation = entry(1);
  await deps.keepOperation(operation);
  return answerOf({ id: operation.id, changed });
};

const giveUp = async (deps: DiscardLetterDeps, input: DiscardLetterInput): Promise<KeptChange> => {
  const { service, changed, entry } = await choose(deps, input);
  const { actor, reason, request } = input;
  const { consumer, eventId } = changed;
  return withoutConflict(() =>
    deps.discardLetter(
      service,
      { consumer, eventId, actor, reason, request },
      unlessChanged(() => entry(1, changed)),
    ),
  );
};

const choose = async (deps: DiscardLetterDeps, input: DiscardLetterInput) => {
  const { actor, reason, eventId, dryRun } = input;
  const { service, consumer } = await deps.findConsumer(input.consumer);
  const letter = await deps.findLetter(service, { consumer, eventId });
  refuseUnlessOpen(letter, consumer);
  const changed = changedOf(letter);
  const entry = entryOf(deps, {
    actor,
    operation: 'discard-dead-letter',
    source: service,
    dryRun,
    request: dryRun ? undefined : input.request,
    arguments: { ...changed, reason },
  });
  return { service, changed, entry };
};

const changedOf = ({ consumer, eventId, topic, key, sequence }: DeadLetter): DiscardedLetter => ({
  consumer,
  eventId,
  topic,
  key,
  ...(sequence !== undefined && { sequence: sequence.toString() }),
});

const answerOf = ({ id, changed }: KeptChange): DiscardLetterResult => {
  const { sequence, ...letter } = changed as DiscardedLetter;
  return {
    ...letter,
    operationId: id,
    sequence: sequence === undefined ? undefined : BigInt(sequence),
  };
};
