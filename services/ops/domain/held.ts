import type { OutboxEvent } from './event.ts';
import { countWords, durationWords, momentWords } from './words.ts';

/** A partition that a consumer holds, as its process has stored it in the inbox. */
export interface HeldPartition {
  readonly service: string;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is not handled. */
  readonly offset: bigint;
  readonly error: string;
  readonly attempts: number;
  readonly since: Date;
  readonly triedAt: Date;
}

/** Describes where, since when and why a partition is held. */
export const heldWords = (held: HeldPartition, now: Date): string => {
  const { topic, partition, offset, error, attempts, since, triedAt } = held;
  const tried = durationWords((now.getTime() - triedAt.getTime()) / 1_000);
  const times = `tried ${countWords(attempts, 'time')}, ${tried} ago the last time`;
  return `held at ${topic}/${partition} offset ${offset} since ${momentWords(since, now)}: ${error} (${times})`;
};

/** What is added to an event that was sent to a held partition and lies behind the consumers' position. */
export const waitingWords = (
  { topic, partition, offset }: OutboxEvent,
  { held, now }: { held: readonly HeldPartition[]; now: Date },
): string =>
  held
    .filter((each) => each.topic === topic && each.partition === partition)
    .filter((each) => offset !== undefined && offset >= each.offset)
    .map(({ consumer, offset: at, since }) => {
      const where = `that partition is held at offset ${at} since ${momentWords(since, now)}`;
      return `; ${consumer} has not handled it: ${where}`;
    })
    .join('');
