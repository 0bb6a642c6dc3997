import type { Pool } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { toSendError, type SendError } from '../kafka/send-error.ts';
import type { RecordDeadLetter } from './record-dead-letter.ts';
import { toDeadLetter, type LetterSize } from './dead-letter.ts';
import { longestSendMs, type DeadLetterSender } from './dead-letter-sender.ts';
import { isSpent, reasonGivenUp } from './given-up.ts';
import type { LetterClaim, LetterRows } from './letter-rows.ts';
import type { ParkedMessage, ParkedRows } from './parked-rows.ts';
import { factsOf, type ReportParts } from './report.ts';

export interface LetterParts extends ReportParts {
  pool: Pool;
  rows: ParkedRows;
  letters: LetterRows;
  recordDeadLetter: RecordDeadLetter;
  deadLetters: DeadLetterSender;
  /** Called when the key is released. */
  released: () => void;
}

/** `moved`: the letter was not needed any more, or another process has claimed it. */
export type LetterOutcome = 'idle' | 'sent' | 'moved' | SendError;

// Each size may take as long as a send; 9 s are left for recording it.
const sizes: readonly LetterSize[] = ['whole', 'named', 'least'];
const claimMs = sizes.length * longestSendMs + 9_000;

/**
 * Sends the dead letter that has waited longest, and then records that. A crash in between makes it be sent again,
 * and loses nothing. No transaction is open during the send. Resolves with a SendError when the letter could not be
 * sent; rejects when the database is at fault.
 */
export const sendLetter = async (parts: LetterParts): Promise<LetterOutcome> => {
  const { pool, rows, letters, consumer } = parts;
  const claim = await letters.claim(pool, claimMs);
  if (claim === undefined) return 'idle';
  const [head] = await rows.list(pool, claim.key, 1);
  if (head === undefined || !isSpent(head, consumer.retry.attempts)) {
    await goOn(parts, claim);
    return 'moved';
  }
  const failure = await write(parts, head, claim.claimedAt);
  if (failure === undefined) return (await mark(parts, claim, head)) ? 'sent' : 'moved';
  const error = `${consumer.deadLetterTopic}: ${failure.reason}: ${failure.message}`;
  await letters.giveBack(pool, claim, { error, isItsOwnFault: failure.kind === 'refused' });
  return failure;
};

/** Releases a key whose first message was discarded, or may be tried again because more attempts are allowed now. */
const goOn = async ({ pool, rows, letters, released }: LetterParts, claim: LetterClaim) => {
  await withTransaction(pool, async ({ client }) => {
    if (await letters.hold(client, claim)) await rows.release(client, claim.key);
  });
  released();
};

/** Sends the letter, in smaller sizes while the topic refuses it as too large. */
const write = async (
  { consumer, deadLetters }: LetterParts,
  head: ParkedMessage,
  failedAt: Date,
): Promise<SendError | undefined> => {
  let failure: SendError | undefined;
  for (const size of sizes) {
    try {
      const letter = toDeadLetter(head, { consumer: consumer.name, failedAt, size });
      await deadLetters.send(consumer.deadLetterTopic, letter);
      return undefined;
    } catch (error) {
      failure = toSendError(error);
      if (!isTooLarge(failure)) return failure;
    }
  }
  return failure;
};

const isTooLarge = ({ reason }: SendError): boolean =>
  reason === 'message-too-large' || reason === 'record-list-too-large';

/**
 * Records that the letter was sent. Resolves with false when the claim has expired and another process sends the
 * letter or has sent it.
 */
const mark = async (
  parts: LetterParts,
  claim: LetterClaim,
  head: ParkedMessage,
): Promise<boolean> => {
  const { pool, rows, letters, recordDeadLetter, consumer, metrics, logger } = parts;
  // A late message never blocks its key, because later ones of the key were accepted before it.
  const isBlocking = consumer.whenExhausted === 'block-key' && head.hopelessReason !== 'late';
  const isOurs = await withTransaction(pool, async ({ client }) => {
    if (!(await letters.hold(client, claim))) return false;
    await recordDeadLetter(client, head, isBlocking);
    if (!isBlocking) await rows.release(client, claim.key);
    return true;
  });
  if (!isOurs) return false;
  if (!isBlocking) parts.released();
  const reason = reasonGivenUp(head);
  metrics.deadLetters.inc({ consumer: consumer.name, reason });
  const facts = { ...factsOf(consumer, head.read), attempts: head.attempts, reason };
  logger.error(facts, 'given up: it is in the dead letters');
  return true;
};
