import type { RedriveDeadLettersResponse } from '#gen/ops/v1/ops_pb.ts';
import { countWords } from '../domain/words.ts';
import {
  batchOf,
  confirm,
  keepRate,
  report,
  sayHowFar,
  stamp,
  type ManyOptions,
} from './batches.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import type { CliContext } from './context.ts';

export interface RedriveLettersOptions extends ManyOptions {
  consumer: string;
  key: string;
  reason: string;
  /** Only messages of this topic; undefined means of any. */
  topic?: string;
  /** Only messages whose error has this first line. */
  firstLine?: string;
  /** At most this many messages. */
  limit: number;
}

const mostLetters = 100;

/** Redrives batch after batch, up to the limit; after an interruption the same command continues. */
export const redriveLetters = async (
  cli: CliContext,
  eventId: string,
  options: RedriveLettersOptions,
): Promise<void> => {
  const { actor, consumer, key, reason, topic = '', firstLine = '', from, before } = options;
  const times = { failedFrom: stamp(from), failedBefore: stamp(before) };
  const asked = { actor, consumer, key, reason, topic, firstLine, eventId, ...times };
  const isOne = key !== '' || eventId !== '';
  const agreed = options.dryRun || !isOne ? await look(cli, asked, options) : asked;
  if (!agreed) return;
  const done = await redriveAll(cli, agreed, options);
  if (done.letters === 0) throw nothingFits();
  const more = done.hasMore ? ' There are more: --limit.' : '';
  const result = `Redrove ${words(done)}; the consumer tries again now.${more}`;
  report(cli, result, { ...facts(done), dry_run: false, operation_id: done.operationId });
  sayHowFar(cli, done.operationId);
};

/**
 * Shows what would be redriven and asks; returns what was agreed on, or undefined when there is nothing to
 * do.
 */
const look = async (
  cli: CliContext,
  asked: Asked,
  { limit, dryRun, yes }: RedriveLettersOptions,
): Promise<Asked | undefined> => {
  const found = await cli.client.redriveDeadLetters({ ...asked, dryRun: true });
  const what = `${words(found)}${found.hasMore ? ' or more' : ''}`;
  if (dryRun) report(cli, `Would redrive ${what}.`, { ...facts(found), dry_run: true });
  if (found.letters === 0) throw nothingFits();
  if (dryRun) return undefined;
  await confirm(cli, `This redrives ${what}, at the most ${limit}.`, yes || found.keys === 1);
  // Only what was shown is redriven, not messages that are given up while the user decides.
  return { ...asked, failedBefore: found.asOf };
};

type Counts = Pick<RedriveDeadLettersResponse, 'letters' | 'keys' | 'hasMore'>;
type Done = Counts & Pick<RedriveDeadLettersResponse, 'operationId'>;
type Asked = Parameters<CliContext['client']['redriveDeadLetters']>[0];

const redriveAll = async (
  cli: CliContext,
  asked: Asked,
  { rate, limit }: RedriveLettersOptions,
): Promise<Done> => {
  const sum = { letters: 0, keys: 0, hasMore: false, operationId: '' };
  let next = asked;
  for (;;) {
    const maxLetters = Math.min(batchOf(mostLetters, rate), limit - sum.letters);
    const done = await cli.client
      .redriveDeadLetters({ ...next, maxLetters })
      .catch((error: unknown) => {
        if (sum.letters > 0)
          cli.note(`Stopped after ${words(sum)}; the same command goes on there.`);
        throw error;
      });
    sum.letters += done.letters;
    sum.keys += done.keys;
    sum.hasMore = done.hasMore;
    sum.operationId = done.operationId;
    if (!done.hasMore || sum.letters >= limit) return sum;
    // All batches have the time limit of the first, so that a message that is given up again meanwhile is left alone.
    next = { ...asked, failedBefore: done.asOf };
    cli.note(`${words(sum)} so far …`);
    await keepRate(cli, done.letters, rate);
  }
};

const words = ({ letters }: Pick<Counts, 'letters'>): string => countWords(letters, 'dead letter');

const facts = ({ letters, hasMore }: Counts): Record<string, unknown> => ({
  letters,
  has_more: hasMore,
});

const nothingFits = (): CommandFailure =>
  new CommandFailure('No dead letter fits, so nothing was changed. See: ./inorder dead-letters');

export interface DiscardLetterOptions {
  actor: string;
  consumer: string;
  reason: string;
  dryRun: boolean;
}

/** Discards one message for good. */
export const discardLetter = async (
  cli: CliContext,
  eventId: string,
  { actor, consumer, reason, dryRun }: DiscardLetterOptions,
): Promise<void> => {
  const asked = { actor, consumer, reason, eventId, dryRun };
  const done = await cli.client.discardDeadLetter(asked);
  const which = done.sequence === undefined ? 'the message' : `sequence ${done.sequence}`;
  const event = `${which} of order ${done.key} for ${done.consumer}`;
  const result = dryRun ? `Would give up ${event}.` : `Gave up ${event}, for ever.`;
  report(cli, result, {
    event_id: done.eventId,
    consumer: done.consumer,
    topic: done.topic,
    key: done.key,
    sequence: done.sequence === undefined ? null : Number(done.sequence),
    dry_run: dryRun,
    operation_id: done.operationId,
  });
};

export interface EditLetterOptions extends DiscardLetterOptions {
  /** The file with the edited value; `-` is stdin. */
  value: string;
}

/** Lets the consumer try one message with another value, under the same id and sequence. */
export const editLetter = async (
  cli: CliContext,
  eventId: string,
  { actor, consumer, reason, value: file, dryRun }: EditLetterOptions,
): Promise<void> => {
  // an editor ends the last line of a file; the value has no such end
  const value = (await cli.readText(file)).trimEnd();
  if (value === '') throw new CommandFailure(`${file} is empty.`, 2);
  const asked = { actor, consumer, reason, eventId, value, dryRun };
  const done = await cli.client.redriveEditedDeadLetter(asked);
  const message = `message ${done.eventId} of order ${done.key}`;
  const result = dryRun
    ? `${done.consumer} would try ${message} with this value.`
    : `${done.consumer} tries ${message} with this value now; what was received is kept.`;
  report(cli, result, {
    event_id: done.eventId,
    consumer: done.consumer,
    topic: done.topic,
    key: done.key,
    dry_run: dryRun,
    operation_id: done.operationId,
  });
  if (!dryRun) sayHowFar(cli, done.operationId);
};
