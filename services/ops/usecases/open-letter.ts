import { AppError } from '#platform/base/errors.ts';
import { isOpen } from '../domain/consumed.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import type { DoneOperation } from './operation.ts';

/** Refuses a dead letter that there is not, or that was redriven or discarded already. */
export function refuseUnlessOpen(
  letter: DeadLetter | undefined,
  consumer: string,
): asserts letter is DeadLetter {
  if (letter === undefined) throw noSuchLetter(consumer);
  if (isOpen(letter)) return;
  const { discardedAt, discardedBy, redrivenBy } = letter;
  const what = discardedAt ? `discarded by ${discardedBy}` : `redriven by ${redrivenBy}`;
  throw new AppError('precondition', 'dead-letter-not-open', `It was ${what} already.`, {
    metadata: { event_id: letter.eventId },
  });
}

export const noSuchLetter = (consumer: string): AppError =>
  new AppError('not-found', 'dead-letter-not-found', `${consumer} has given up no such message.`);

/** Makes the entry of an act on a letter that was found open; refuses the act when it was open no longer. */
export const unlessChanged =
  (entry: () => DoneOperation) =>
  (isDone: boolean): DoneOperation => {
    if (isDone) return entry();
    throw new AppError(
      'conflict',
      'dead-letter-changed',
      'Somebody else redrove or discarded it at the same time: look again.',
    );
  };
