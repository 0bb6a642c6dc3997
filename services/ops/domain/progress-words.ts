import { countWords } from './words.ts';

interface Counts {
  events: number;
  through: number;
  failedAgain: number;
  discarded: number;
  waiting: number;
}

const waitsFor: Readonly<Record<string, string>> = {
  'redrive-dead-letters': 'for its consumer',
  'edit-dead-letter': 'for its consumer',
};

/** Describes to a person what has become of the events of an operation. */
export const progressWords = (
  { operation, dryRun }: { operation: string; dryRun: boolean },
  { events, through, failedAgain, discarded, waiting }: Counts,
): string => {
  if (dryRun) return 'This was a dry run: nothing was changed.';
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
