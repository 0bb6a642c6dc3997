import {
  GetOutboxStatusResponseSchema,
  ListBlockedResponseSchema,
  ShowOrderResponseSchema,
  type Publisher,
  type ShownEvent,
  type SourceStatus,
  type UnwritablePartition,
} from '#gen/ops/v1/ops_pb.ts';
import { countWords, durationWords } from '../domain/words.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import type { CliContext } from './context.ts';
import { moment } from '#platform/cli/moment.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import { table } from '#platform/cli/table.ts';

export interface ShowOptions {
  source: string;
  topic: string;
  limit: number;
}

export const showStatus = async (cli: CliContext, source: string): Promise<void> => {
  const answer = await cli.client.getOutboxStatus({ source });
  if (cli.isJson) {
    printJson(cli, GetOutboxStatusResponseSchema, answer);
    return;
  }
  cli.say(answer.sources.map(describeSource).join('\n\n'));
};

const describeSource = ({
  source,
  topics,
  publishers,
  bucketsWithoutOwner,
  unwritablePartitions,
}: SourceStatus): string =>
  [
    `source ${source}`,
    topics.length === 0
      ? 'Everything is sent.'
      : table(
          [
            { head: 'topic', cell: ({ topic }) => topic, most: 40 },
            { head: 'to send', cell: ({ backlogRows }) => backlogRows },
            {
              head: 'oldest',
              cell: ({ backlogRows, oldestAgeSeconds }) =>
                backlogRows === 0 ? '-' : durationWords(oldestAgeSeconds),
            },
            { head: 'failed', cell: ({ failedRows }) => failedRows },
            { head: 'blocked keys', cell: ({ blockedKeys }) => blockedKeys },
            { head: 'waiting', cell: ({ waitingRows }) => waitingRows },
            { head: '', cell: ({ isCapped }) => (isCapped ? 'or more' : '') },
          ],
          topics,
        ),
    ...unwritablePartitions.map(describeUnwritable),
    ...publishers.map(describePublisher),
    ...(bucketsWithoutOwner > 0
      ? [`${bucketsWithoutOwner} of 64 buckets have no publisher: their events are not sent.`]
      : []),
  ].join('\n');

const describeUnwritable = (found: UnwritablePartition): string => {
  const { topic, partition, broker, error, attempts, since, triedAt } = found;
  const leader = broker === '' ? '' : `, led by ${broker},`;
  const times = `${countWords(attempts, 'try', 'tries')}, the last at ${moment(triedAt)}`;
  return [
    `${topic}/${partition}${leader} cannot be written since ${moment(since)} (${times}): ${printable(error)}.`,
    '  What lies there waits; everything else goes on.',
  ].join('\n');
};

const describePublisher = ({ id, epoch, ownedBuckets, isExpired }: Publisher): string => {
  const state = isExpired ? ', its lease has run out' : '';
  return `publisher ${id} (epoch ${epoch.toString()}): ${ownedBuckets} buckets${state}`;
};

export const showOrder = async (
  cli: CliContext,
  key: string,
  options: ShowOptions & { skip: number },
): Promise<void> => {
  const answer = await cli.client.showOrder({ key, ...options });
  if (cli.isJson) printJson(cli, ShowOrderResponseSchema, answer);
  if (answer.events.length === 0) throw new CommandFailure(noEvents(key));
  if (cli.isJson) return;
  cli.say(answer.events.map(describeRow).join('\n\n'));
  if (answer.hasMore) cli.note('There are more: --limit, --skip.');
};

const describeRow = ({ event, payload, payloadBytes }: ShownEvent): string => {
  if (!event) return '';
  const headers = Object.entries(event.headers).map(([name, value]) => `${name}=${value}`);
  const place =
    event.offset === undefined ? '-' : `${event.partition ?? 0}/${event.offset.toString()}`;
  const error = event.error === '' ? '' : ` (${event.error})`;
  return [
    `${event.topic} ${event.key} sequence ${event.sequence.toString()}: ${event.status}${error}`,
    `  id ${event.id}  ${event.eventType}  attempts ${event.attempts}  partition/offset ${place}`,
    `  created ${moment(event.createdAt)}  last attempt ${moment(event.lastAttemptAt)}  sent ${moment(event.sentAt)}`,
    ...(headers.length > 0 ? [`  headers ${headers.join(' ')}`] : []),
    `  payload ${payloadBytes} bytes: ${beginning(payload)}`,
  ].join('\n');
};

// as much as fits a screen; --json has all that ops returns
const mostShown = 400;

const beginning = (payload: string): string =>
  payload.length > mostShown ? `${payload.slice(0, mostShown)} … (--json shows more)` : payload;

const noEvents = (key: string): string =>
  `There is no event of order ${key} in the outbox: none was written, or its days are over.`;

export const showBlocked = async (
  cli: CliContext,
  options: ShowOptions & { page: string },
): Promise<void> => {
  const { source, topic, limit, page } = options;
  const answer = await cli.client.listBlocked({ source, topic, pageSize: limit, pageToken: page });
  if (cli.isJson) {
    printJson(cli, ListBlockedResponseSchema, answer);
    return;
  }
  if (answer.keys.length === 0) {
    cli.say('No key has a FAILED event.');
    return;
  }
  const columns = [
    { head: 'topic', cell: (each: (typeof answer.keys)[0]) => each.topic, most: 30 },
    { head: 'order', cell: (each: (typeof answer.keys)[0]) => each.key, most: 20 },
    { head: 'sequence', cell: (each: (typeof answer.keys)[0]) => each.sequence.toString() },
    { head: 'failed at (UTC)', cell: (each: (typeof answer.keys)[0]) => moment(each.failedAt) },
    { head: 'waiting', cell: (each: (typeof answer.keys)[0]) => each.waitingRows },
    { head: 'reason', cell: (each: (typeof answer.keys)[0]) => each.reason },
  ];
  cli.say(table(columns, answer.keys));
  if (answer.nextPageToken !== '') cli.note(`There are more: --page ${answer.nextPageToken}`);
};
