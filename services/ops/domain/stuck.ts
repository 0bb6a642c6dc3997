import { AppError } from '#platform/base/errors.ts';
import { countWords } from './words.ts';

export const stuckKinds = [
  'FAILED',
  'DEAD_LETTER',
  'PARKED',
  'HELD',
  'UNWRITABLE',
  'SAGA',
] as const;

/** What groups have in common: the same cause, the same group. */
export interface Cause {
  kind: (typeof stuckKinds)[number];
  service: string;
  consumer: string;
  topic: string;
  partition: number | undefined;
  /** The first line of the error, or the missing step of a saga. */
  reason: string;
}

/** What is stuck for one cause. */
export interface StuckGroup extends Cause {
  /** Who owes the missing step of a saga; else empty. */
  owedBy: string;
  orders: number;
  events: number;
  isCapped: boolean;
  since: Date;
  newest: Date;
  sample: readonly string[];
  /** Orders that failed again after a redrive. */
  failedAgain: number;
}

/** Says what has to be done about the reason of a FAILED event before it is redriven. */
export const mendWords = (reason: string): string =>
  reason === 'message-too-large'
    ? 'Let the topic take messages of that size (max.message.bytes)'
    : 'Mend the cause';

/** Encodes a cause as one word, by which an operator ignores it. */
export const encodeCause = (cause: Cause): string => {
  const { kind, service, consumer, topic, partition, reason } = cause;
  const facts = [kind, service, consumer, topic, partition ?? null, reason];
  return Buffer.from(JSON.stringify(facts)).toString('base64url');
};

/** Refuses what `encodeCause` did not make. */
export const decodeCause = (word: string): Cause => {
  const [kind, service, consumer, topic, partition, reason] = factsOf(word);
  const known = stuckKinds.find((each) => each === kind);
  const texts = [service, consumer, topic, reason];
  const isPlace = partition === null || Number.isSafeInteger(partition);
  if (known === undefined || !isPlace || !texts.every((each) => typeof each === 'string'))
    throw new AppError('invalid', 'cause-wrong', 'The cause is not one of ListStuck.', {
      field: 'cause',
    });
  const [named, group, at, why] = texts as [string, string, string, string];
  return {
    kind: known,
    service: named,
    consumer: group,
    topic: at,
    partition: partition === null ? undefined : Number(partition),
    reason: why,
  };
};

const factsOf = (word: string): unknown[] => {
  try {
    const facts = JSON.parse(Buffer.from(word, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(facts) ? (facts as unknown[]) : [];
  } catch {
    return []; // not JSON: no cause of an answer
  }
};

/** Describes to a person what the matter is, and what to do. */
export const stuckWords = (group: StuckGroup, holdsLater: boolean): string =>
  words[group.kind]({ ...group, ...numbersOf(group), behind: holdsLater ? 'waits' : 'goes on' });

interface Words extends StuckGroup {
  /** `2 orders`, or `50000 orders or more`. */
  some: string;
  have: string;
  place: string;
  behind: string;
}

const numbersOf = ({ orders, isCapped, topic, partition }: StuckGroup) => ({
  some: `${countWords(orders, 'order')}${isCapped ? ' or more' : ''}`,
  have: orders === 1 ? 'has' : 'have',
  place: `${topic}/${String(partition ?? 0)}`,
});

const words: Readonly<Record<StuckGroup['kind'], (group: Words) => string>> = {
  FAILED: ({ some, have, service, topic, behind, reason }) =>
    `${some} of ${service} ${have} an event that cannot be sent to ${topic}; what comes later in them ${behind}. ${mendWords(reason)}, then redrive.`,
  DEAD_LETTER: ({ some, consumer }) =>
    `${consumer} has given up messages of ${some}. Mend the cause, then redrive: only ${consumer} tries them again.`,
  PARKED: ({ some, consumer }) =>
    `Messages of ${some} fail at ${consumer}, which tries them again by itself. Nothing is to be done unless this lasts.`,
  HELD: ({ consumer, place }) =>
    `${consumer} cannot go on with ${place}: what is sent there waits, and it is tried again. Mend what the error names.`,
  UNWRITABLE: ({ service, place }) =>
    `${place} cannot be written: events of ${service} that go there wait, and it is tried again. See to its broker.`,
  SAGA: ({ some, have, service, owedBy, reason }) =>
    `${some} of ${service} ${have} not ended in time: ${owedBy} owes the step “${reason}”. See what ${owedBy} did with one of them.`,
};
