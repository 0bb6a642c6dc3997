import {
  GetOverviewResponseSchema,
  type GroupOverview,
  type Known,
  type Overview,
  type PublisherOverview,
  type SourceOverview,
  type TopicOverview,
} from '#gen/ops/v1/overview_pb.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { moment } from '#platform/cli/moment.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import { table } from '#platform/cli/table.ts';
import { countWords, durationWords } from '../domain/words.ts';
import type { CliContext } from './context.ts';

/** Prints how everything flows, and what somebody has to do. */
export const showOverview = async (cli: CliContext): Promise<void> => {
  const answer = await cli.client.getOverview({});
  if (cli.isJson) {
    printJson(cli, GetOverviewResponseSchema, answer);
    return;
  }
  if (answer.overview === undefined) throw new CommandFailure('ops has looked at nothing yet.');
  cli.say(describe(answer.overview));
};

const describe = (overview: Overview): string =>
  [
    describeProblems(overview),
    sources(overview.sources),
    describePublishers(overview),
    topics(overview.topics),
    groups(overview.groups),
  ].join('\n\n');

const describeProblems = ({ problems }: Overview): string =>
  problems.length === 0
    ? 'Everything flows. There is nothing to do.'
    : problems
        .map(({ says, since }) => `${since ? `Since ${moment(since)}: ` : ''}${printable(says)}`)
        .join('\n');

const rate = (perSecond: number | undefined): string =>
  perSecond === undefined ? '-' : perSecond.toFixed(perSecond < 10 ? 1 : 0);

/** A figure of a part, or that there is none. */
const figure = (known: Known | undefined, text: string): string =>
  known?.unknownSince === undefined ? text : `unknown since ${moment(known.unknownSince)}`;

const sources = (all: readonly SourceOverview[]): string =>
  table(
    [
      { head: 'outbox', cell: ({ source }: SourceOverview) => source },
      {
        head: 'created/s',
        cell: ({ known, createdPerSecond }) => figure(known, rate(createdPerSecond)),
      },
      { head: 'sent/s', cell: ({ sentPerSecond }) => rate(sentPerSecond) },
      { head: 'to send', cell: ({ backlogRows }) => backlogRows },
      {
        head: 'oldest',
        cell: ({ backlogRows, oldestAgeSeconds }) =>
          backlogRows === 0 ? '-' : durationWords(oldestAgeSeconds),
      },
      { head: 'failed', cell: ({ failedRows }) => failedRows },
      { head: 'blocked keys', cell: ({ blockedKeys }) => blockedKeys },
    ],
    all,
  );

const describePublishers = ({ publishers, publishersKnown: known }: Overview): string => {
  if (known?.unknownSince) return figure(known, '').replace(/^/, 'publishers: ');
  return publishers.length === 0
    ? 'No publisher runs.'
    : publishers.map(describePublisher).join('\n');
};

const describePublisher = (publisher: PublisherOverview): string => {
  const { id, leaseAgeSeconds, isExpired, owned } = publisher;
  const lease = isExpired ? 'its lease is over' : `lease ${durationWords(leaseAgeSeconds)} old`;
  const buckets = owned.map(({ source, buckets: count }) => `${source} ${count}`).join(', ');
  return `publisher ${id}, ${lease}; buckets: ${buckets || 'none'}`;
};

const topics = (all: readonly TopicOverview[]): string =>
  table(
    [
      { head: 'topic', cell: ({ topic }: TopicOverview) => topic },
      { head: 'written/s', cell: ({ known, perSecond }) => figure(known, rate(perSecond)) },
      {
        head: 'partition:end offset',
        cell: ({ partitions }) =>
          partitions
            .map(({ partition, endOffset }) => `${partition}:${endOffset?.toString() ?? '-'}`)
            .join(' '),
      },
    ],
    all,
  );

const groups = (all: readonly GroupOverview[]): string =>
  all.length === 0 ? 'Nobody consumes anything yet.' : all.map(describeGroup).join('\n');

const describeGroup = (shown: GroupOverview): string => {
  const { group, topic, known, state, perSecond, lag, members, inbox } = shown;
  const named = `${group} on ${topic}`;
  const through = inbox === undefined ? 'handled' : 'accepted';
  const facts = `${state}, ${rate(perSecond)}/s ${through}, lag ${lag?.toString() ?? '-'}`;
  return [
    `${named}: ${figure(known, facts)}${describeInbox(shown)}`,
    ...members.map(({ clientId, host, partitions }) => {
      const has =
        partitions.length === 0
          ? 'stands by'
          : `has ${partitions.map((partition) => `p${partition}`).join(', ')}`;
      return `  ${printable(clientId)} (${host}) ${has}`;
    }),
  ].join('\n');
};

const describeInbox = ({ inbox }: GroupOverview): string => {
  if (inbox === undefined) return '';
  const { known, parkedKeys, deadLetters } = inbox;
  const waits = `${countWords(parkedKeys, 'parked order')}, ${countWords(deadLetters, 'dead letter')}`;
  return `; inbox: ${figure(known, waits)}`;
};
