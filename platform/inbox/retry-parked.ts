import type { Pool } from '../database/pool.ts';
import { withTransaction, type Transaction } from '../database/transaction.ts';
import type { Bury } from './bury.ts';
import { toDeadLetter } from './dead-letter.ts';
import type { DeadLetterSender } from './dead-letter-sender.ts';
import type { ParkedMessage, ParkedRows, Postponed } from './parked-rows.ts';
import { factsOf, reportFailure, type ReportParts } from './report.ts';
import { toEvent } from './to-event.ts';
import { whenTriedAgain } from './try-again.ts';

export interface RetryParts extends ReportParts {
  pool: Pool;
  rows: ParkedRows;
  bury: Bury;
  deadLetters: DeadLetterSender;
}

const mostTogether = 50;
const unsentLetterWaitMs = 2_000;

/**
 * Takes up a key that is due: its messages are handled together or, when that fails, its first by itself; what
 * has no try left becomes a dead letter. Rejects when the database is at fault.
 */
export const retryParked = async (parts: RetryParts): Promise<'idle' | 'done' | 'failed'> => {
  const { rows, pool, consumer } = parts;
  const limit = Math.min(mostTogether, consumer.maxTogether ?? mostTogether);
  const together = await tryKey(parts, { limit });
  if (together.failure === undefined) return together.hasKey ? 'done' : 'idle';
  const [head, ...others] = together.messages;
  if (head === undefined) throw together.failure;
  const key = head.read.key;
  const { failure } = others.length === 0 ? together : await tryKey(parts, { limit: 1, key });
  if (failure === undefined) return 'done';
  await rows.postpone(pool, head, whenFailed(parts, head, failure));
  return 'failed';
};

interface Tried {
  hasKey: boolean;
  messages: readonly ParkedMessage[];
  failure?: Error;
}

const tryKey = async (
  parts: RetryParts,
  { key: wanted, limit }: { key?: string; limit: number },
): Promise<Tried> => {
  const { pool, rows, consumer } = parts;
  let hasKey = false;
  let messages: readonly ParkedMessage[] = [];
  try {
    await withTransaction(pool, async (tx) => {
      const key = await rows.claim(tx.client, wanted);
      hasKey = key !== undefined;
      if (key === undefined) return;
      messages = whatGoesTogether(await rows.list(tx.client, key, limit), consumer.retry.attempts);
      const isBlocked = await settle(parts, tx, messages);
      if (!isBlocked) await rows.release(tx.client, key);
    });
  } catch (failure) {
    return {
      hasKey,
      messages,
      failure: Error.isError(failure) ? failure : new Error(String(failure)),
    };
  }
  reportSettled(parts, messages);
  return { hasKey, messages };
};

/** The first messages that can be tried together. One that failed before, or has no try left, goes alone. */
const whatGoesTogether = (messages: readonly ParkedMessage[], most: number): ParkedMessage[] => {
  const end = messages.findIndex((message) => message.attempts > 0 || isSpent(message, most));
  return end < 0 ? [...messages] : messages.slice(0, Math.max(end, 1));
};

const isSpent = ({ isHopeless, attempts, read }: ParkedMessage, most: number): boolean =>
  isHopeless || attempts >= most || 'poison' in read.content;

/** True when the key stays blocked. */
const settle = async (
  parts: RetryParts,
  tx: Transaction,
  messages: readonly ParkedMessage[],
): Promise<boolean> => {
  const { consumer, rows, bury, deadLetters } = parts;
  const [head] = messages;
  if (head === undefined) return false; // the key is empty: what waited was discarded
  if (!isSpent(head, consumer.retry.attempts)) {
    await consumer.handle(
      tx,
      messages.map(({ read }) => toEvent(read)),
    );
    await rows.remove(tx.client, messages);
    return false;
  }
  // published before anything is marked: a crash in between publishes it again, and loses nothing
  const letter = toDeadLetter(head, consumer.name, new Date());
  await deadLetters.send(consumer.deadLetterTopic, letter);
  const isBlocking = consumer.whenUsedUp === 'block-key' && !isLate(head);
  await bury(tx.client, head, isBlocking);
  return isBlocking;
};

/** Those after it have been handled long ago: there is nothing to hold up. */
const isLate = ({ error = '' }: ParkedMessage): boolean => /^(late|set-back):/.test(error);

const whenFailed = (parts: RetryParts, head: ParkedMessage, failure: unknown): Postponed => {
  const { consumer, logger } = parts;
  if (isSpent(head, consumer.retry.attempts)) {
    const facts = factsOf(consumer, head.read);
    logger.warn({ ...facts, err: failure }, 'a dead letter could not be sent; trying again');
    return { attempts: head.attempts, dueInMs: unsentLetterWaitMs, error: head.error ?? '' };
  }
  reportFailure(parts, head.read, failure);
  return {
    ...whenTriedAgain(consumer, failure, head.attempts + 1),
    error: String(failure),
  };
};

const reportSettled = (parts: RetryParts, messages: readonly ParkedMessage[]): void => {
  const { consumer, metrics, logger } = parts;
  const labels = { consumer: consumer.name };
  const [head] = messages;
  if (head === undefined) return;
  if (!isSpent(head, consumer.retry.attempts)) {
    metrics.handled.inc(labels, messages.length);
    consumer.afterCommit?.();
    return;
  }
  const reason = 'poison' in head.read.content ? 'poison' : isLate(head) ? 'late' : 'used-up';
  metrics.deadLetters.inc({ ...labels, reason });
  const facts = { ...factsOf(consumer, head.read), attempts: head.attempts, error: head.error };
  logger.error(facts, 'given up: it is in the dead letters');
};
