import { timestampMs } from '@bufbuild/protobuf/wkt';
import {
  GetTimelineResponseSchema,
  type ConsumerTimeline,
  type GetTimelineResponse,
  type TimelineEntry,
  type TimelineTimer,
} from '#gen/ops/v1/ops_pb.ts';
import { durationWords } from '../domain/words.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import type { CliContext } from './context.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import { describeLifecycles } from './show-lifecycles.ts';
import type { ShowOptions } from './show.ts';
import { table } from '#platform/cli/table.ts';

export const showTimeline = async (
  cli: CliContext,
  key: string,
  options: ShowOptions,
): Promise<void> => {
  const answer = await cli.client.getTimeline({ key, ...options });
  if (cli.isJson) printJson(cli, GetTimelineResponseSchema, answer);
  const parts = describe(answer);
  if (parts.length === 0) throw new CommandFailure(nothingOf(key));
  if (cli.isJson) return;
  if (answer.hasEarlier) cli.note('There are earlier ones: --limit.');
  cli.say(parts.join('\n\n'));
  for (const hint of hintsFor(key, answer)) cli.note(hint);
};

const nothingOf = (key: string): string =>
  `There is no event of order ${key} in an outbox or inbox, and no timer: none was written, or its days are over.`;

const describe = (answer: GetTimelineResponse): string[] => {
  const { entries, consumers, timers } = answer;
  return [
    ...describeLifecycles(answer),
    ...(entries.length > 0 ? [describeEntries(entries)] : []),
    ...(consumers.length > 0 ? [describeConsumers(consumers)] : []),
    ...(timers.length > 0 ? [describeTimers(timers)] : []),
  ];
};

/** The last word of an event's type, e.g. `OrderPaid` of `order.v1.OrderPaid`. */
const shortType = (type: string): string => printable(type.slice(type.lastIndexOf('.') + 1));

const createdMs = ({ event }: TimelineEntry): number =>
  event?.createdAt === undefined ? 0 : timestampMs(event.createdAt);

const describeEntries = (entries: readonly TimelineEntry[]): string => {
  const areOfSaga = new Set(entries.map(({ event }) => event?.source)).size > 1;
  type Columns = Parameters<typeof table<TimelineEntry>>[0];
  const origin: Columns = areOfSaga
    ? [
        { head: 'from', cell: ({ event }) => event?.source ?? '', most: 12 },
        { head: 'event', cell: ({ event }) => shortType(event?.eventType ?? ''), most: 20 },
      ]
    : [{ head: 'topic', cell: ({ event }) => event?.topic ?? '', most: 24 }];
  return table(
    [
      ...origin,
      { head: 'seq', cell: ({ event }) => event?.sequence.toString() ?? '' },
      { head: 'status', cell: ({ event }) => event?.status ?? '' },
      { head: 'age', cell: ({ ageSeconds }) => durationWords(ageSeconds) },
      { head: '', cell: ({ isStuck }) => (isStuck ? '!' : ' ') },
      { head: 'what became of it', cell: ({ says }) => says },
    ],
    // the events of several services by time, those of one by topic and sequence
    areOfSaga ? entries.toSorted((a, b) => createdMs(a) - createdMs(b)) : entries,
  );
};

const describeConsumers = (consumers: readonly ConsumerTimeline[]): string => {
  const messages = consumers.flatMap(({ consumer, messages: taken }) =>
    taken.map((message) => ({ consumer, message })),
  );
  type Row = (typeof messages)[0];
  const areOfSaga = new Set(messages.map(({ message }) => message.source)).size > 1;
  const type = {
    head: 'event',
    cell: ({ message }: Row) => shortType(message.eventType),
    most: 20,
  };
  const columns = [
    { head: 'consumer', cell: ({ consumer }: Row) => consumer, most: 24 },
    ...(areOfSaga ? [type] : []),
    { head: 'seq', cell: ({ message }: Row) => message.sequence?.toString() ?? '-' },
    { head: 'outcome', cell: ({ message }: Row) => message.outcome },
    { head: '', cell: ({ message }: Row) => (message.isStuck ? '!' : ' ') },
    { head: 'what it did with it', cell: ({ message }: Row) => printable(message.says) },
  ];
  return [
    ...(messages.length > 0 ? [table(columns, messages)] : []),
    ...(consumers.some((each) => each.positions.length > 0) ? [describePositions(consumers)] : []),
    ...(consumers.some((each) => each.held.length > 0) ? [describeHeld(consumers)] : []),
  ].join('\n\n');
};

const describePositions = (consumers: readonly ConsumerTimeline[]): string => {
  const positions = consumers.flatMap(({ consumer, topic, positions: all }) =>
    all.map((position) => ({ consumer, topic, position })),
  );
  type Row = (typeof positions)[0];
  const columns = [
    { head: 'consumer', cell: ({ consumer }: Row) => consumer, most: 24 },
    { head: 'topic', cell: ({ topic }: Row) => topic, most: 24 },
    { head: 'from', cell: ({ position }: Row) => printable(position.source), most: 12 },
    { head: 'how far it is', cell: ({ position }: Row) => position.says },
  ];
  return table(columns, positions);
};

const describeHeld = (consumers: readonly ConsumerTimeline[]): string =>
  table(
    [
      { head: 'consumer', cell: ({ consumer }) => consumer, most: 24 },
      { head: '', cell: () => '!' },
      { head: 'what holds up all that comes to a partition', cell: ({ says }) => printable(says) },
    ],
    consumers.flatMap(({ consumer, held }) => held.map(({ says }) => ({ consumer, says }))),
  );

const describeTimers = (timers: readonly TimelineTimer[]): string =>
  table(
    [
      { head: 'timer of', cell: ({ service }) => service },
      { head: 'for', cell: ({ kind }) => kind, most: 24 },
      { head: 'when', cell: ({ says }) => printable(says) },
    ],
    timers,
  );

const hintsFor = (key: string, { consumers }: GetTimelineResponse): string[] => {
  const stuck = consumers.filter(({ messages }) => messages.some(({ isStuck }) => isStuck));
  const names = [...new Set(stuck.map(({ consumer }) => consumer))];
  return names.map(
    (name) => `Redrive: ./inorder dead-letters redrive --consumer ${name} --key '${key}'`,
  );
};
