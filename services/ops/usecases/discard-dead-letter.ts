import { AppError } from '#platform/base/errors.ts';
import { isOpen } from '../domain/consumed.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import { refuseWrongId } from './event-id.ts';
import type { KnownConsumer } from './find-consumer.ts';
import { entryOf, withoutConflict, type DoneOperation, type OperationDeps } from './operation.ts';

export interface DiscardLetterInput {
  actor: string;
  reason: string;
  consumer: string;
  eventId: string;
  dryRun: boolean;
}

export interface DiscardLetterDeps extends OperationDeps {
  findConsumer: (name: string) => Promise<KnownConsumer>;
  findLetter: (
    service: string,
    name: { consumer: string; eventId: string },
  ) => Promise<DeadLetter | undefined>;
  discardLetter: (
    service: string,
    letter: { consumer: string; eventId: string; actor: string; reason: string },
    entry: (isDone: boolean) => DoneOperation,
  ) => Promise<void>;
  keepOperation: (operation: DoneOperation) => Promise<void>;
}

/**
 * Discards one dead letter for good. Refuses one that is waiting to be tried again, or was discarded already.
 */
export const discardDeadLetter =
  (deps: DiscardLetterDeps) =>
  async (input: DiscardLetterInput): Promise<DeadLetter> => {
    const { actor, reason, eventId, dryRun } = input;
    refuseWrongId(eventId, 'event_id');
    const { service, consumer } = await deps.findConsumer(input.consumer);
    const letter = await deps.findLetter(service, { consumer, eventId });
    refuseUnlessOpen(letter, consumer);
    const { topic, key, sequence } = letter;
    const entry = entryOf(deps, {
      actor,
      operation: 'discard-dead-letter',
      source: service,
      dryRun,
      arguments: { consumer, eventId, topic, key, sequence: sequence?.toString(), reason },
    });
    if (dryRun) {
      await deps.keepOperation(entry(1));
      return letter;
    }
    const asked = { consumer, eventId, actor, reason };
    await withoutConflict(() =>
      deps.discardLetter(service, asked, (isDone) => {
        if (isDone) return entry(1);
        throw new AppError(
          'conflict',
          'dead-letter-changed',
          'Somebody else redrove or discarded it at the same time: look again.',
        );
      }),
    );
    return letter;
  };

function refuseUnlessOpen(
  letter: DeadLetter | undefined,
  consumer: string,
): asserts letter is DeadLetter {
  if (letter === undefined) {
    const message = `${consumer} has given up no such message.`;
    throw new AppError('not-found', 'dead-letter-not-found', message);
  }
  if (isOpen(letter)) return;
  const { discardedAt, discardedBy, redrivenBy } = letter;
  const what = discardedAt ? `discarded by ${discardedBy}` : `redriven by ${redrivenBy}`;
  throw new AppError('precondition', 'dead-letter-not-open', `It was ${what} already.`, {
    metadata: { event_id: letter.eventId },
  });
}
