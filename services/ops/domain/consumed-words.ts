import { isOpen, type ConsumedMessage, type ConsumerPosition, type Letter } from './consumed.ts';
import type { Explanation } from './timeline.ts';
import { countWords, durationWords, momentWords } from './words.ts';

/** A message in the queue of its key. */
type Waiting = ConsumedMessage & { parked: NonNullable<ConsumedMessage['parked']> };

/** Describes what a consumer did with a message; `queue` are the parked messages of its key. */
export const explainConsumed = (
  message: ConsumedMessage,
  { now, queue }: { now: Date; queue: readonly ConsumedMessage[] },
): Explanation => {
  const { letter, outcome } = message;
  if (letter?.discardedAt !== undefined)
    return { says: discardedWords(letter, now), isStuck: false };
  if (isWaiting(message)) return explainWaiting(message, headOf(message, queue), now);
  if (letter !== undefined && isOpen(letter)) {
    const says = `${givenUpWords(letter, now)}; later ones go on; redrive or discard it`;
    return { says, isStuck: true };
  }
  const redriven = letter === undefined ? '' : `, ${redrivenWords(letter, now)}`;
  return { says: `${outcome.toLowerCase()}${redriven}${cameWords(message)}`, isStuck: false };
};

const isWaiting = (message: ConsumedMessage): message is Waiting => message.parked !== undefined;

const headOf = (message: Waiting, queue: readonly ConsumedMessage[]): Waiting =>
  queue
    .filter(isWaiting)
    .filter(({ consumer, topic }) => consumer === message.consumer && topic === message.topic)
    .reduce((first, each) => (each.parked.place < first.parked.place ? each : first), message);

const explainWaiting = (message: Waiting, head: Waiting, now: Date): Explanation => {
  const isStuck = head.parked.deadAt !== undefined || head.parked.letterError !== '';
  if (head === message) return { says: headWords(head, now), isStuck };
  const name = head.sequence?.toString() ?? `the message at ${placeOf(head)}`;
  return { says: `waits behind ${name}, which ${behindWords(head, now)}`, isStuck };
};

const headWords = (head: Waiting, now: Date): string => {
  const { parked, letter } = head;
  const { attempts, error, isHopeless, deadAt, dueAt } = parked;
  if (deadAt !== undefined) return `${blockingWords(head, now)}; redrive or discard it`;
  if (parked.letterSince !== undefined) return unsentWords(parked, now);
  if (isHopeless) return `${error}; it goes to the dead letters ${whenWords(dueAt, now)}`;
  if (attempts > 0) return `${failedWords(parked)}; is tried again ${whenWords(dueAt, now)}`;
  const redriven = letter === undefined ? '' : `${redrivenWords(letter, now)}; `;
  return `${redriven}is tried ${whenWords(dueAt, now)}`;
};

const behindWords = (head: Waiting, now: Date): string => {
  const { attempts, deadAt, dueAt } = head.parked;
  if (deadAt !== undefined) return `was ${blockingWords(head, now)}`;
  if (head.parked.letterSince !== undefined) return unsentWords(head.parked, now);
  const failed = attempts > 0 ? `${failedWords(head.parked)}, ` : '';
  return `${failed}is tried${attempts > 0 ? ' again' : ''} ${whenWords(dueAt, now)}`;
};

const unsentWords = (parked: Waiting['parked'], now: Date): string => {
  const { error, letterSince, letterError } = parked;
  const since = letterSince ? ` since ${momentWords(letterSince, now)}` : '';
  const why = letterError === '' ? '' : `, which could not be written: ${letterError}`;
  return `is given up${afterWords(parked)}: ${error}; waits${since} for its dead letter${why}`;
};

const blockingWords = ({ parked }: Waiting, now: Date): string => {
  const since = parked.deadAt ? `, since ${momentWords(parked.deadAt, now)}` : '';
  return `given up${afterWords(parked)}: ${parked.error}${since}; later ones wait`;
};

const failedWords = ({ attempts, error }: Waiting['parked']): string =>
  `failed ${countWords(attempts, 'time')}: ${error}`;

const givenUpWords = ({ attempts, error, failedAt }: Letter, now: Date): string => {
  const since = momentWords(failedAt, now);
  return `given up${afterWords({ attempts })}: ${error}, since ${since}`;
};

/** Unreadable messages are given up without a try. */
const afterWords = ({ attempts }: { attempts: number }): string =>
  attempts > 0 ? ` after ${countWords(attempts, 'attempt')}` : '';

const redrivenWords = ({ error, redrivenBy, redrivenAt }: Letter, now: Date): string => {
  const when = redrivenAt ? ` at ${momentWords(redrivenAt, now)}` : '';
  return `redriven by ${redrivenBy}${when} (it was given up: ${error})`;
};

const discardedWords = (letter: Letter, now: Date): string => {
  const when = letter.discardedAt ? ` on ${momentWords(letter.discardedAt, now)}` : '';
  return `given up for ever by ${letter.discardedBy}${when}: ${letter.discardReason} (${letter.error})`;
};

const cameWords = (message: ConsumedMessage): string => {
  const { eventId, takenAt } = message;
  const emittedMs = emittedAtMs(eventId);
  if (takenAt === undefined || emittedMs === undefined) return '';
  const took = durationWords((takenAt.getTime() - emittedMs) / 1_000);
  return `; came from ${placeOf(message)} ${took} after it was emitted`;
};

const placeOf = ({ partition, offset }: ConsumedMessage): string => `${partition}/${offset}`;

/** The time in a UUID v7. */
const emittedAtMs = (id: string): number | undefined =>
  id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;

/** Says how soon something is due. */
export const whenWords = (dueAt: Date | undefined, now: Date): string => {
  if (dueAt === undefined) return 'when somebody helps';
  const seconds = (dueAt.getTime() - now.getTime()) / 1_000;
  if (seconds > 0) return `in ${durationWords(seconds)}`;
  return seconds > -2 ? 'now' : `since ${durationWords(-seconds)}, by nobody yet`;
};

/** Describes how far a consumer is; `sentUpTo` is the highest sequence in Kafka, if it is known. */
export const positionWords = ({ sequence }: ConsumerPosition, sentUpTo = 0n): string => {
  const taken = `has accepted up to sequence ${sequence}`;
  if (sentUpTo <= sequence) return taken;
  const next = sequence + 1n;
  if (sentUpTo === next) return `${taken}; ${next} is sent and not accepted yet`;
  // It is not said how many are missing, because an event in between may have been discarded and never come.
  return `${taken}; what is sent up to ${sentUpTo} is not accepted yet`;
};
