import type {
  GroupOverview,
  InboxFigures,
  Known,
  Overview,
  Problem,
  SourceFigures,
  SourceOverview,
  TopicOverview,
} from './overview.ts';
import { countWords } from './words.ts';

// A lease lasts 5 s, so buckets change owners in less.
const handOverSeconds = 15;

/**
 * What somebody has to do something about, each in a sentence that says what. What mends itself, e.g. a lag or a
 * rebalance, is no problem.
 */
export const problemsOf = (overview: Omit<Overview, 'problems'>): Problem[] => {
  const { sources, topics, groups, publishers } = overview;
  return [
    ...unknownProblems(overview),
    ...sources.flatMap((source) => sourceProblems(source)),
    ...ownerProblems(sources, publishers),
    ...topics.flatMap((topic) => topicProblems(topic)),
    ...groups.flatMap((group) => groupProblems(group)),
  ];
};

const say = (says: string, address = ''): Problem => ({ says, address });

/** One sentence for all parts that cannot be looked at for the same reason. */
const unknownProblems = (parts: Omit<Overview, 'problems'>): Problem[] => {
  const inboxes = parts.groups.flatMap(({ inbox }) => inbox ?? []);
  const database = [...parts.sources, parts.publishers, ...inboxes];
  const kafka = [...parts.topics, ...parts.groups];
  return [
    ...unknownOf(database, 'outboxes and inboxes'),
    ...unknownOf(kafka, 'topics and consumers'),
  ];
};

const unknownOf = (parts: readonly Known[], what: string): Problem[] => {
  const sinceBy = new Map<string, Date>();
  for (const { unknownSince, error } of parts) {
    const known = sinceBy.get(error);
    if (unknownSince && (!known || unknownSince < known)) sinceBy.set(error, unknownSince);
  }
  return [...sinceBy].map(([error, since]) => ({
    ...say(`The figures of ${what} are unknown, and come back by themselves. The cause: ${error}`),
    since,
  }));
};

const sourceProblems = ({ source, figures }: SourceOverview): Problem[] =>
  figures === undefined || figures.failedRows === 0
    ? []
    : [say(failedWords(source, figures), '/stuck')];

const failedWords = (source: string, { failedRows, blockedKeys }: SourceFigures): string => {
  const blocked = blockedKeys > 0 ? `, and ${countWords(blockedKeys, 'order')} wait behind` : '';
  return `${countWords(failedRows, 'event')} of ${source} could not be sent${blocked}. Mend the cause, then redrive or discard.`;
};

const ownerProblems = (
  sources: readonly SourceOverview[],
  { figures: publishers }: Overview['publishers'],
): Problem[] => {
  const late = sources.filter(({ figures }) => (figures?.oldestAgeSeconds ?? 0) > handOverSeconds);
  if (publishers === undefined) return [];
  if (late.length > 0 && publishers.every(({ isExpired }) => isExpired))
    return [say('No outbox publisher runs, and events wait. Start one.')];
  return late
    .filter(({ bucketsWithoutOwner }) => bucketsWithoutOwner > 0)
    .map(({ source, bucketsWithoutOwner: without }) =>
      say(
        `${countWords(without, 'bucket')} of 64 of ${source} have no publisher, and events wait there. Look at the publisher's log.`,
      ),
    );
};

const topicProblems = ({ topic, figures }: TopicOverview): Problem[] => {
  if (figures === undefined) return [];
  if (figures.partitions.length === 0)
    return [say(`Topic ${topic} is not there. Create it: make kafka-topics-create.`)];
  return figures.partitions.flatMap(({ partition, leader, error }) => {
    if (leader === '')
      return [say(`${topic}/${partition} has no leader. Start the broker that has it.`)];
    if (error === '') return [];
    return [say(`${topic}/${partition} cannot be written: ${error}. Look at broker ${leader}.`)];
  });
};

const groupProblems = ({ group, topic, figures, inbox }: GroupOverview): Problem[] => [
  ...(figures && figures.members.length === 0 && (figures.lag ?? 0n) > 0n
    ? [
        say(
          `Nobody consumes ${topic} as ${group}, and ${countWords(Number(figures.lag), 'message')} wait. Start its service.`,
        ),
      ]
    : []),
  ...(inbox?.figures ? inboxProblems(inbox.consumer, inbox.figures) : []),
];

const inboxProblems = (consumer: string, figures: InboxFigures): Problem[] => {
  const { deadLetters, blockedKeys, lettersWaiting, letterError, held } = figures;
  const blocked = blockedKeys > 0 ? `, which block ${countWords(blockedKeys, 'order')}` : '';
  return [
    ...(deadLetters > 0
      ? [
          say(
            `${consumer} gave up ${countWords(deadLetters, 'message')}${blocked}. Mend the cause, then redrive or discard.`,
            `/dead-letters?consumer=${encodeURIComponent(consumer)}`,
          ),
        ]
      : []),
    ...(lettersWaiting > 0 && letterError !== ''
      ? [
          say(
            `${consumer} cannot write ${countWords(lettersWaiting, 'dead letter')}: ${letterError}`,
          ),
        ]
      : []),
    ...held.map((says) => say(`${consumer} is ${says}. Its other partitions go on.`, '/stuck')),
  ];
};
