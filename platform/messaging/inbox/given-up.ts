import type { HopelessReason } from './parking-table.ts';
import type { ParkedMessage } from './parked-rows.ts';

/** Whether the message is not tried again and only waits until its dead letter is sent. */
export const isSpent = (
  { hopelessReason, attempts, read }: ParkedMessage,
  mostAttempts: number,
): boolean => hopelessReason !== undefined || attempts >= mostAttempts || 'poison' in read.content;

/** Returns why the message was given up, as a label for the metrics. */
export const reasonGivenUp = ({
  hopelessReason,
  read,
}: ParkedMessage): HopelessReason | 'exhausted' =>
  'poison' in read.content ? 'poison' : (hopelessReason ?? 'exhausted');
