import { isDatabaseAway } from '../../database/errors.ts';
import type { Pool } from '../../database/pool.ts';
import { withTransaction, type Transaction } from '../../database/transaction.ts';
import { isSpent } from './given-up.ts';
import { endSpans, inSpanOfAll, withSpans } from './handling-spans.ts';
import type { LetterRows } from './letter-rows.ts';
import type { ParkedMessage, ParkedRows, Postponed } from './parked-rows.ts';
import { reportFailure, type ReportParts } from './report.ts';
import { toEvent } from './to-event.ts';
import { whenTriedAgain } from './try-again.ts';

export interface RetryParts extends ReportParts {
  pool: Pool;
  rows: ParkedRows;
  letters: LetterRows;
  /** Called after the commit when a message is to become a dead letter. */
  letterDue: () => void;
}

const maxBatchSize = 50;

/**
 * Retries a key that is due: handles its first messages together or, when that fails, the first one by itself. A
 * message that has no try left waits for its dead letter, which the letter loop sends. Rejects when the database is
 * at fault.
 */
export const retryParked = async (parts: RetryParts): Promise<'idle' | 'done' | 'failed'> => {
  const { rows, pool, consumer } = parts;
  const limit = Math.min(maxBatchSize, consumer.maxBatchSize ?? maxBatchSize);
  const together = await tryKey(parts, { limit });
  if (together.failure === undefined) return together.hasKey ? 'done' : 'idle';
  const [head, ...others] = together.messages;
  // No handler was called, so only the database can have failed.
  if (head === undefined || isForLetters(parts, together.messages)) throw together.failure;
  // A failure of the database, e.g. a failover, uses up no try.
  if (isDatabaseAway(together.failure)) throw together.failure;
  const key = head.read.key;
  const { failure } = others.length === 0 ? together : await tryKey(parts, { limit: 1, key });
  if (failure === undefined) return 'done';
  if (isDatabaseAway(failure)) throw failure;
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
  let result: unknown;
  try {
    await withTransaction(pool, async (tx) => {
      const key = await rows.claim(tx.client, wanted);
      hasKey = key !== undefined;
      if (key === undefined) return;
      messages = whatGoesTogether(await rows.list(tx.client, key, limit), consumer.retry.attempts);
      if (isForLetters(parts, messages)) await parts.letters.add(tx.client, key);
      else result = await handleTraced(parts, tx, { key, messages });
    });
  } catch (failure) {
    return {
      hasKey,
      messages,
      failure: Error.isError(failure) ? failure : new Error(String(failure)),
    };
  }
  reportHandled(parts, messages, result);
  return { hasKey, messages };
};

/** Returns the first messages that can be tried together. One that failed before, or has no try left, comes alone. */
const whatGoesTogether = (messages: readonly ParkedMessage[], most: number): ParkedMessage[] => {
  const end = messages.findIndex((message) => message.attempts > 0 || isSpent(message, most));
  return end < 0 ? [...messages] : messages.slice(0, Math.max(end, 1));
};

const isForLetters = ({ consumer }: RetryParts, [head]: readonly ParkedMessage[]): boolean =>
  head !== undefined && isSpent(head, consumer.retry.attempts);

/** Each message that is tried again gets a span of its own, beside that of the first try. */
const handleTraced = async (
  parts: RetryParts,
  tx: Transaction,
  { key, messages }: { key: string; messages: readonly ParkedMessage[] },
): Promise<unknown> => {
  const { consumer } = parts;
  const reads = withSpans(
    consumer,
    messages.map(({ read }) => read),
  );
  const traced = messages.map((message, i) => ({ ...message, read: reads[i] ?? message.read }));
  for (const { read, attempts } of traced)
    read.span?.set({ 'inorder.inbox.failed_tries': attempts });
  try {
    const work = () => handle(parts, tx, { key, messages: traced });
    const result = await inSpanOfAll(consumer, reads, work);
    endSpans(reads);
    return result;
  } catch (error) {
    endSpans(reads, error);
    throw error;
  }
};

const handle = async (
  { consumer, rows }: RetryParts,
  tx: Transaction,
  { key, messages }: { key: string; messages: readonly ParkedMessage[] },
): Promise<unknown> => {
  let result: unknown;
  // A key without messages is only released: the message that waited was discarded.
  if (messages.length > 0) {
    result = await consumer.handle(
      tx,
      messages.map(({ read }) => toEvent(read)),
    );
    await rows.remove(tx.client, messages);
  }
  await rows.release(tx.client, key);
  return result;
};

const whenFailed = (parts: RetryParts, head: ParkedMessage, failure: unknown): Postponed => {
  reportFailure(parts, head.read, failure);
  return {
    ...whenTriedAgain(parts.consumer, failure, head.attempts + 1),
    error: String(failure),
  };
};

const reportHandled = (
  parts: RetryParts,
  messages: readonly ParkedMessage[],
  result: unknown,
): void => {
  const { consumer, metrics } = parts;
  if (messages.length === 0) return;
  if (isForLetters(parts, messages)) {
    parts.letterDue();
    return;
  }
  metrics.handled.inc({ consumer: consumer.name }, messages.length);
  consumer.afterCommit?.(
    messages.map(({ read }) => toEvent(read)),
    result,
  );
};
