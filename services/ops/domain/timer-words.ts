import type { TimerOfKey } from './consumed.ts';
import { whenWords } from './consumed-words.ts';
import { countWords } from './words.ts';

/** Describes when a timer fires, and how its attempts went so far. */
export const timerWords = ({ dueAt, attempts, lastError }: TimerOfKey, now: Date): string => {
  const when = whenWords(dueAt, now);
  if (attempts === 0) return `due ${when}`;
  return `failed ${countWords(attempts, 'time')}: ${lastError}; is tried again ${when}`;
};
