import type { DeadLetter } from '../domain/dead-letter.ts';
import type { ReadableService } from './show-consumers.ts';

/** Where a page ended. */
export type LetterPlace = Pick<DeadLetter, 'failedAt' | 'consumer' | 'eventId'>;

/** An empty text matches everything. */
export interface LetterFilter {
  consumer: string;
  topic: string;
  key: string;
  /** A part of the error. */
  reason: string;
  /** The first line of the error, as a group of what is stuck has it. */
  firstLine: string;
}

export interface DeadLetterPage extends LetterFilter {
  /** Also those that were redriven or discarded. */
  includeSettled: boolean;
  before: LetterPlace | undefined;
  limit: number;
}

export interface ListDeadLettersDeps {
  listServices: () => Promise<ReadableService[]>;
  listLetters: (service: string, page: DeadLetterPage) => Promise<DeadLetter[]>;
}

/** Lists one page of the dead letters of all services, newest first. */
export const listDeadLetters =
  (deps: ListDeadLettersDeps) =>
  async (page: DeadLetterPage): Promise<{ letters: DeadLetter[]; hasMore: boolean }> => {
    const inboxes = (await deps.listServices()).filter(({ hasInbox }) => hasInbox);
    const limit = page.limit + 1;
    const lists = await Promise.all(
      inboxes.map(({ name }) => deps.listLetters(name, { ...page, limit })),
    );
    const letters = lists.flat().sort(byPlace);
    return { letters: letters.slice(0, page.limit), hasMore: letters.length > page.limit };
  };

/** The order in which each service lists its own, so that a page may end anywhere. */
const byPlace = (a: DeadLetter, b: DeadLetter): number =>
  b.failedAt.getTime() - a.failedAt.getTime() ||
  descending(a.consumer, b.consumer) ||
  descending(a.eventId, b.eventId);

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);
