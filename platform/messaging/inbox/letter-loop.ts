import { backoffMs } from '../../base/backoff.ts';
import type { SendError } from '../kafka/send-error.ts';
import { repeat } from '../../base/loops.ts';
import type { Pause } from '../timer/pause.ts';
import { sendLetter, type LetterParts } from './send-letter.ts';

export interface LetterLoop {
  /**
   * Returns why dead letters cannot be sent, for readiness; undefined when the last one was sent, or when there
   * was none.
   */
  fault: () => string | undefined;
  /** Sends the dead letters that are due, until the signal aborts. Never rejects. */
  run: (pause: Pause, signal: AbortSignal) => Promise<void>;
  measure: () => Promise<void>;
}

const lookAgainMs = 1_000;
const letterBackoff = { firstMs: 500, maxMs: 30_000 };
const databaseBackoff = { firstMs: 250, maxMs: 5_000 };

/**
 * Creates the loop that sends dead letters to their topic, separate from the retries: while the topic refuses them
 * or is unavailable, only dead letters and their keys wait. Each failure makes the back-off longer, and only a
 * letter that was sent ends it.
 */
export const createLetterLoop = (parts: LetterParts): LetterLoop => {
  const { consumer, metrics, logger } = parts;
  const labels = { consumer: consumer.name, topic: consumer.deadLetterTopic };
  let fault: Fault | undefined;
  let failures = 0;

  const measure = async () => {
    const { count, oldestSeconds, since } = await parts.letters.measure(parts.pool);
    metrics.lettersWaiting.set(labels, count);
    metrics.oldestLetterSeconds.set(labels, oldestSeconds);
    if (fault !== undefined) fault = { ...fault, waiting: count, since };
  };
  const noteFailure = async (error: SendError) => {
    failures += 1;
    metrics.letterFailures.inc({ ...labels, reason: error.reason });
    const isSaid = fault?.reason === error.reason;
    fault = { waiting: 1, since: undefined, ...fault, reason: error.reason, cause: error.message };
    if (isSaid) return;
    await measure();
    const { waiting, since } = fault;
    logger.error(
      { ...labels, reason: error.reason, waiting, since, err: error },
      'dead letters cannot be written to their topic; they and their orders wait, it is tried again with a growing pause',
    );
  };
  const noteSent = () => {
    failures = 0;
    if (fault === undefined) return;
    fault = undefined;
    logger.info(labels, 'dead letters can be written again');
  };
  const next = async (pause: Pause): Promise<number | undefined> => {
    pause.begin();
    const outcome = await sendLetter(parts);
    if (outcome === 'sent') noteSent();
    else if (outcome === 'idle') await pause.sleep(lookAgainMs);
    else if (outcome !== 'moved') {
      await noteFailure(outcome);
      return backoffMs(failures, letterBackoff);
    }
    return undefined;
  };
  return {
    fault: () => fault && wordsOf(fault, consumer.deadLetterTopic),
    measure,
    run: (pause, signal) => {
      const name = 'the dead-letter loop';
      return repeat({ name, logger, facts: labels, backoff: databaseBackoff }, signal, () =>
        next(pause),
      );
    },
  };
};

interface Fault {
  reason: string;
  cause: string;
  waiting: number;
  since: Date | undefined;
}

const wordsOf = ({ reason, cause, waiting, since }: Fault, topic: string): string => {
  const sinceWords = since === undefined ? '' : ` since ${since.toISOString()}`;
  return `dead letters cannot be written to ${topic} (${reason}: ${cause}): ${waiting} wait${sinceWords}`;
};
