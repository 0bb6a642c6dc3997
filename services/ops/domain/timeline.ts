import { failedAt, waitingWords, type OutboxEvent } from './event.ts';
import type { UnwritablePartition } from './status.ts';
import { countWords, durationWords, momentWords } from './words.ts';

export interface TimelineView {
  readonly now: Date;
  /** Whether a FAILED event of the topic makes later ones of its key wait. */
  readonly holdsLater: (topic: string) => boolean;
  /** Whether a running publisher owns the bucket. */
  readonly isPublished: (bucket: number) => boolean;
  /** Returns the event's partition when running publishers cannot write it. */
  readonly unwritableOf: (event: OutboxEvent) => UnwritablePartition | undefined;
  /** The FAILED events of the key that are not discarded. */
  readonly failed: readonly OutboxEvent[];
}

/** The description of an event, and whether it stays as it is until an operator acts. */
export interface Explanation {
  readonly says: string;
  readonly isStuck: boolean;
}

/** Describes what happened to an event, or why it is stuck. */
export const explain = (event: OutboxEvent, view: TimelineView): Explanation => {
  switch (event.status) {
    case 'COMPLETED':
      return { says: sentWords(event), isStuck: false };
    case 'DISCARDED':
      return { says: discardedWords(event, view.now), isStuck: false };
    case 'FAILED':
      return { says: failedWords(event, view), isStuck: true };
    case 'PROCESSING':
    case 'CREATED':
      return explainUnsent(event, view);
  }
};

const sentWords = (event: OutboxEvent): string => {
  const { createdAt, sentAt, partition, offset } = event;
  const tookSeconds = sentAt ? (sentAt.getTime() - createdAt.getTime()) / 1_000 : 0;
  const place = `sent to partition ${partition ?? '?'} at offset ${offset?.toString() ?? '?'}`;
  return `${place}, ${durationWords(tookSeconds)} after it was created${marks(event)}`;
};

const marks = ({ headers, attempts }: OutboxEvent): string => {
  const words = [
    ...(attempts > 0 ? [`refused ${countWords(attempts, 'time')} before`] : []),
    ...(headers['redriven'] === 'true' ? ['redriven'] : []),
    ...(headers['replayed'] === 'true' ? ['replayed'] : []),
  ];
  return words.length > 0 ? ` (${words.join(', ')})` : '';
};

const discardedWords = (event: OutboxEvent, now: Date): string => {
  const when = event.discardedAt ? ` on ${momentWords(event.discardedAt, now)}` : '';
  return `given up by ${event.discardedBy}${when}: ${event.discardReason}`;
};

const failedWords = (event: OutboxEvent, { now, holdsLater }: TimelineView): string => {
  const since = momentWords(failedAt(event), now);
  const cause = event.headers['last_error'];
  const why = cause === undefined ? event.error : `${event.error} (${cause})`;
  const others = holdsLater(event.topic) ? 'later ones wait' : 'later ones go on';
  return `FAILED after ${countWords(event.attempts, 'attempt')}: ${why}, since ${since}; ${others}`;
};

const explainUnsent = (event: OutboxEvent, view: TimelineView): Explanation => {
  const blocker = findBlocker(event, view);
  if (blocker) {
    const since = momentWords(failedAt(blocker), view.now);
    const says = `waits behind ${blocker.sequence.toString()}: ${blocker.error}, since ${since}`;
    return { says, isStuck: true };
  }
  if (event.isWaiting)
    return { says: `${waitingWords}, which is no longer there: redrive the key`, isStuck: true };
  const waits = durationWords((view.now.getTime() - event.createdAt.getTime()) / 1_000);
  if (!view.isPublished(event.bucket))
    return {
      says: `to be sent since ${waits}; no publisher has its bucket ${event.bucket}`,
      isStuck: true,
    };
  const unwritable = view.unwritableOf(event);
  if (unwritable)
    return {
      says: `to be sent since ${waits}; ${unwritableWords(unwritable, view)}`,
      isStuck: true,
    };
  const attempts =
    event.attempts > 0 ? `, refused ${countWords(event.attempts, 'time')}, tried again soon` : '';
  const verb = event.status === 'PROCESSING' ? 'being sent' : 'to be sent';
  return { says: `${verb} since ${waits}${attempts}`, isStuck: false };
};

const unwritableWords = (found: UnwritablePartition, { now }: TimelineView): string => {
  const { topic, partition, broker, error, since } = found;
  const leader = broker === '' ? '' : `, led by ${broker},`;
  return `${topic}/${partition}${leader} cannot be written since ${momentWords(since, now)}: ${error}`;
};

/**
 * Finds the FAILED event for which an event waits: the nearest before it. An event that was replayed may also wait
 * for one behind it.
 */
const findBlocker = (event: OutboxEvent, view: TimelineView): OutboxEvent | undefined => {
  if (!view.holdsLater(event.topic)) return undefined;
  const ofKey = view.failed.filter(
    ({ source, topic }) => source === event.source && topic === event.topic,
  );
  return ofKey.findLast(({ sequence }) => sequence < event.sequence) ?? ofKey[0];
};
