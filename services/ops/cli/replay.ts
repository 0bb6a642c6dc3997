import { timestampDate } from '@bufbuild/protobuf/wkt';
import { passedOverWords } from '../domain/progress-words.ts';
import { countWords } from '../domain/words.ts';
import {
  batchOf,
  confirm,
  keepRate,
  nothingMatches,
  report,
  sayHowFar,
  stamp,
  type ChangeOptions,
} from './batches.ts';
import type { CliContext } from './context.ts';
import { sourceOf } from './source-of.ts';

export interface ReplayOptions extends ChangeOptions {
  /** At most this many events. */
  limit: number;
}

const mostRows = 500;

/** Replays batch after batch, in the order of `seq`, up to the limit. */
export const replay = async (
  cli: CliContext,
  key: string,
  options: ReplayOptions,
): Promise<void> => {
  const { actor, topic, from, before } = options;
  const times = { sentFrom: stamp(from), sentBefore: stamp(before) };
  const source = await sourceOf(cli, { key, topic, source: options.source });
  const asked = { actor, source, topic, key, ...times };
  const agreed = options.dryRun || key === '' ? await look(cli, asked, options) : asked;
  if (!agreed) return;
  const done = await replayAll(cli, agreed, options);
  if (done.rows + done.passedOver === 0) throw nothingMatches('outbox status');
  report(cli, words(done), {
    rows: done.rows,
    passed_over_rows: done.passedOver,
    has_more: done.hasMore,
    dry_run: false,
    operation_id: done.operationId,
  });
  sayHowFar(cli, done.operationId);
};

/**
 * Shows what would be sent again and asks; returns what was agreed on, or undefined when there is nothing to
 * do.
 */
const look = async (
  cli: CliContext,
  asked: Asked,
  { limit, dryRun, yes }: ReplayOptions,
): Promise<Asked | undefined> => {
  const found = await cli.client.replay({ ...asked, dryRun: true });
  const rows = Math.min(found.rows, limit);
  const isOpen = found.hasMore && limit > found.rows;
  const which = isOpen ? `up to ${countWords(limit, 'event')}` : countWords(rows, 'event');
  const what = `${which}; ${found.rows}${found.hasMore ? ' or more' : ''} match`;
  if (dryRun) {
    const facts = { rows, matching_rows: found.rows, has_more: found.hasMore, dry_run: true };
    report(cli, `Would send again ${what}.`, facts);
  }
  if (found.rows === 0) throw nothingMatches('outbox status');
  if (dryRun) return undefined;
  await confirm(cli, `This sends again ${what}.`, yes || found.keys === 1);
  // Only what was shown is replayed, not events that are sent while the user decides.
  return { ...asked, sentBefore: found.asOf };
};

type Asked = Parameters<CliContext['client']['replay']>[0];
interface Progress {
  rows: number;
  passedOver: number;
  hasMore: boolean;
  /** Of the last batch. */
  operationId: string;
}

const replayAll = async (
  cli: CliContext,
  asked: Asked,
  { rate, limit }: ReplayOptions,
): Promise<Progress> => {
  const sum: Progress = { rows: 0, passedOver: 0, hasMore: true, operationId: '' };
  let next: Asked = asked;
  while (sum.hasMore && sum.rows < limit) {
    const maxRows = Math.min(batchOf(mostRows, rate), limit - sum.rows);
    const done = await cli.client.replay({ ...next, maxRows }).catch((error: unknown) => {
      if (next.sentBefore)
        cli.note(`Stopped after ${countWords(sum.rows, 'event')}; ${goOn(next.sentBefore)}`);
      throw error;
    });
    sum.rows += done.rows;
    sum.passedOver += done.passedOverRows;
    sum.hasMore = done.hasMore;
    sum.operationId = done.operationId;
    next = { ...asked, afterSeq: done.lastSeq, sentBefore: done.asOf };
    if (!done.hasMore || sum.rows >= limit) break;
    cli.note(`${countWords(sum.rows, 'event')} so far …; ${goOn(done.asOf)}`);
    await keepRate(cli, done.rows, rate);
  }
  return sum;
};

/** Says how to continue: events that were replayed are sent after this time, so they are not replayed twice. */
const goOn = (before: Asked['sentBefore']): string => {
  const moment = {
    $typeName: 'google.protobuf.Timestamp',
    nanos: 0,
    seconds: 0n,
    ...before,
  } as const;
  return `if it is ended here, go on with --before ${timestampDate(moment).toISOString()}`;
};

const words = ({ rows, passedOver, hasMore }: Progress): string => {
  return [
    `${countWords(rows, 'event')} will be sent again.`,
    ...(passedOver > 0 ? [passedOverWords(passedOver)] : []),
    ...(hasMore ? ['There are more: --limit.'] : []),
  ].join(' ');
};
