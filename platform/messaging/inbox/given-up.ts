import type { HopelessReason } from './parking-table.ts';
import type { ParkedMessage } from './parked-rows.ts';

/** Whether the message is only waiting for its dead letter. */
export const isSpent = (
  { hopelessReason, attempts, read }: ParkedMessage,
  mostAttempts: number,
): boolean => hopelessReason !== undefined || attempts >= mostAttempts || 'poison' in read.content;

/** Returns why it was given up, for the metrics. */
export const reasonGivenUp = ({
  hopelessReason,
  read,
}: ParkedMessage): HopelessReason | 'exhausted' =>
  'poison' in read.content ? 'poison' : (hopelessReason ?? 'exhausted');
