import type { ParkedMessage } from './parked-rows.ts';

/** Nothing but its dead letter is left to do. */
export const isSpent = (
  { isHopeless, attempts, read }: ParkedMessage,
  mostAttempts: number,
): boolean => isHopeless || attempts >= mostAttempts || 'poison' in read.content;

/** Those after it have been handled long ago: there is nothing to hold up. */
export const isLate = ({ error = '' }: ParkedMessage): boolean => /^(late|set-back):/.test(error);

/** Why it was given up, for the metrics. */
export const reasonGivenUp = (message: ParkedMessage): 'poison' | 'late' | 'used-up' => {
  if ('poison' in message.read.content) return 'poison';
  return isLate(message) ? 'late' : 'used-up';
};
