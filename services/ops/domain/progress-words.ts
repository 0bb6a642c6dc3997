import { countWords } from './words.ts';

interface Counts {
  events: number;
  through: number;
  failedAgain: number;
  discarded: number;
  waiting: number;
  /** Events that were to be replayed and were not. */
  passedOver: number;
}

const waitsFor: Readonly<Record<string, string>> = {
  'redrive-dead-letters': 'for its consumer',
  'edit-dead-letter': 'for its consumer',
};

/** Describes to a person what has become of the events of an operation. */
export const progressWords = (
  { operation, dryRun }: { operation: string; dryRun: boolean },
  counts: Counts,
): string => {
  if (dryRun) return 'This was a dry run: nothing was changed.';
  const { passedOver } = counts;
  const over = passedOver > 0 ? ` ${passedOverWords(passedOver)}` : '';
  return `${farWords(operation, counts)}${over}`;
};

/** Says of events that a replay has left alone why that may be. */
export const passedOverWords = (count: number): string =>
  `${countWords(count, 'event')} passed over: a blocked key, or sent within 6 s.`;

const farWords = (
  operation: string,
  { events, through, failedAgain, discarded, waiting }: Counts,
): string => {
  if (events === 0) return 'No event waits because of this operation.';
  if (through === events) return `All is through: ${countWords(events, 'event')}.`;
  const parts = [
    `${through} of ${countWords(events, 'event')} through`,
    ...(failedAgain > 0 ? [`${failedAgain} failed again`] : []),
    ...(discarded > 0 ? [`${discarded} ${discarded === 1 ? 'was' : 'were'} discarded since`] : []),
    ...(waiting > 0
      ? [`${waiting} ${waiting === 1 ? 'waits' : 'wait'} ${waitsFor[operation] ?? 'to be sent'}`]
      : []),
  ];
  return `${parts.join(', ')}.`;
};
