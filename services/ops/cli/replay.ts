import { timestampDate } from '@bufbuild/protobuf/wkt';
import { countWords } from '../domain/words.ts';
import {
  batchOf,
  confirm,
  keepRate,
  nothingMatches,
  report,
  stamp,
  type ChangeOptions,
} from './batches.ts';
import type { CliContext } from './context.ts';

export interface ReplayOptions extends ChangeOptions {
  /** Events at the most. */
  limit: number;
}

const mostRows = 500;

/** Asks batch after batch, in reading order, until the limit. */
export const replay = async (
  cli: CliContext,
  key: string,
  options: ReplayOptions,
): Promise<void> => {
  const { actor, source, topic, from, before, limit } = options;
  const times = { sentFrom: stamp(from), sentBefore: stamp(before) };
  const asked = { actor, source, topic, key, ...times };
  if (options.dryRun || key === '') {
    const found = await cli.client.replay({ ...asked, dryRun: true });
    const rows = Math.min(found.rows, limit);
    const what = `${countWords(rows, 'event')}; ${found.rows}${found.hasMore ? ' or more' : ''} match`;
    if (options.dryRun) {
      const facts = { rows, matching_rows: found.rows, has_more: found.hasMore, dry_run: true };
      report(cli, `Would send again ${what}.`, facts);
      return;
    }
    if (found.rows === 0) throw nothingMatches();
    await confirm(cli, `This sends again ${what}.`, options.yes || found.keys === 1);
  }
  const done = await replayAll(cli, asked, options);
  if (done.rows + done.passedOver === 0) throw nothingMatches();
  report(cli, words(done), {
    ...{ rows: done.rows, passed_over_rows: done.passedOver, has_more: done.hasMore },
    dry_run: false,
  });
};

type Asked = Parameters<CliContext['client']['replay']>[0];
interface Progress {
  rows: number;
  passedOver: number;
  hasMore: boolean;
}

const replayAll = async (
  cli: CliContext,
  asked: Asked,
  { rate, limit }: ReplayOptions,
): Promise<Progress> => {
  const sum: Progress = { rows: 0, passedOver: 0, hasMore: true };
  let next: Asked = asked;
  while (sum.hasMore && sum.rows < limit) {
    const maxRows = Math.min(batchOf(mostRows, rate), limit - sum.rows);
    const done = await cli.client.replay({ ...next, maxRows }).catch((error: unknown) => {
      noteStop(cli, sum, next.sentBefore);
      throw error;
    });
    sum.rows += done.rows;
    sum.passedOver += done.passedOverRows;
    sum.hasMore = done.hasMore;
    next = { ...asked, afterSeq: done.lastSeq, sentBefore: done.asOf };
    if (!done.hasMore || sum.rows >= limit) break;
    cli.note(`${countWords(sum.rows, 'event')} so far …`);
    await keepRate(cli, done.rows, rate);
  }
  return sum;
};

/** What was sent again is later than this moment, so it is not taken twice. */
const noteStop = ({ note }: CliContext, { rows }: Progress, before: Asked['sentBefore']): void => {
  if (rows === 0 || before === undefined) return;
  const time = timestampDate({
    $typeName: 'google.protobuf.Timestamp',
    nanos: 0,
    seconds: 0n,
    ...before,
  });
  note(`Stopped after ${countWords(rows, 'event')}; go on with --before ${time.toISOString()}`);
};

const words = ({ rows, passedOver, hasMore }: Progress): string => {
  const over = `${countWords(passedOver, 'event')} passed over: a blocked key, or sent within 6 s.`;
  return [
    `${countWords(rows, 'event')} will be sent again.`,
    ...(passedOver > 0 ? [over] : []),
    ...(hasMore ? ['There are more: --limit.'] : []),
  ].join(' ');
};
