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

/** One sentence for what cannot be looked at for the same reason. It names the parts, unless it is all of them. */
const unknownProblems = ({
  sources,
  publishers,
  topics,
  groups,
}: Omit<Overview, 'problems'>): Problem[] => {
  const inboxes = groups.flatMap(({ inbox }) => inbox ?? []);
  const database = [
    ...sources.map((part) => ({ name: `outbox ${part.source}`, part })),
    { name: 'the publishers', part: publishers },
    ...inboxes.map((part) => ({ name: `the inbox of ${part.consumer}`, part })),
  ];
  const kafka = [
    ...topics.map((part) => ({ name: `topic ${part.topic}`, part })),
    ...groups.map((part) => ({ name: `consumer ${part.group} on ${part.topic}`, part })),
  ];
  return [
    ...unknownOf(database, 'outboxes and inboxes'),
    ...unknownOf(kafka, 'topics and consumers'),
  ];
};

const mostNamed = 5;

const unknownOf = (all: readonly { name: string; part: Known }[], what: string): Problem[] => {
  const unknown = all.filter(({ part }) => part.unknownSince !== undefined);
  return [...Map.groupBy(unknown, ({ part }) => part.error)].map(([error, parts]) => {
    const names = parts.slice(0, mostNamed).map(({ name }) => name);
    const more = parts.length > mostNamed ? ` and ${parts.length - mostNamed} more` : '';
    const which = parts.length === all.length ? what : `${names.join(', ')}${more}`;
    const since = parts.map(({ part }) => part.unknownSince?.getTime() ?? 0);
    return {
      ...say(
        `The figures of ${which} are unknown, and come back by themselves. The cause: ${error}`,
      ),
      since: new Date(Math.min(...since)),
    };
  });
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
