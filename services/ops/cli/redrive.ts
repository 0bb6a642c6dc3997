import type { RedriveResponse } from '#gen/ops/v1/ops_pb.ts';
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

export interface RedriveOptions extends ChangeOptions {
  reason: string;
}

const mostKeys = 100;

/**
 * Redrives batch after batch; each is a transaction of its own, so after an interruption the same command
 * continues.
 */
export const redrive = async (
  cli: CliContext,
  key: string,
  options: RedriveOptions,
): Promise<void> => {
  const { actor, topic, reason, from, before } = options;
  const times = { failedFrom: stamp(from), failedBefore: stamp(before) };
  const source = await sourceOf(cli, { key, topic, source: options.source });
  const asked = { actor, source, topic, key, reason, ...times };
  const agreed = options.dryRun || key === '' ? await look(cli, asked, options) : asked;
  if (!agreed) return;
  const done = await redriveAll(cli, agreed, options.rate);
  if (done.keys === 0) throw nothingMatches('outbox blocked');
  const changed = { dry_run: false, operation_id: done.operationId };
  report(cli, `Redrove ${words(done)}.`, { ...facts(done), ...changed });
  sayHowFar(cli, done.operationId);
};

/**
 * Shows what would be redriven and asks; returns what was agreed on, or undefined when there is nothing to
 * do.
 */
const look = async (
  cli: CliContext,
  asked: Asked,
  { dryRun, yes }: RedriveOptions,
): Promise<Asked | undefined> => {
  const found = await cli.client.redrive({ ...asked, dryRun: true });
  if (dryRun) report(cli, `Would redrive ${words(found)}.`, { ...facts(found), dry_run: true });
  if (found.keys === 0) throw nothingMatches('outbox blocked');
  if (dryRun) return undefined;
  await confirm(cli, `This redrives ${words(found)}.`, yes || found.keys === 1);
  // Only what was shown is redriven, not events that fail while the user decides.
  return { ...asked, failedBefore: found.asOf };
};

type Asked = Parameters<CliContext['client']['redrive']>[0];
type Counts = Pick<RedriveResponse, 'keys' | 'failedRows' | 'waitingRows' | 'hasMore'>;
type Done = Counts & Pick<RedriveResponse, 'operationId'>;

const redriveAll = async (
  cli: CliContext,
  asked: Asked,
  rate: number | undefined,
): Promise<Done> => {
  const maxKeys = batchOf(mostKeys, rate);
  let done = await cli.client.redrive({ ...asked, maxKeys });
  const sum: Done = { ...done };
  while (done.hasMore) {
    cli.note(`${countWords(sum.keys, 'order')} so far …`);
    await keepRate(cli, done.failedRows + done.waitingRows, rate);
    // All batches have the time limit of the first, so that an event that fails again meanwhile is left alone.
    done = await cli.client
      .redrive({ ...asked, maxKeys, failedBefore: done.asOf })
      .catch((error: unknown) => {
        cli.note(`Stopped after ${countWords(sum.keys, 'order')}; the same command goes on there.`);
        throw error;
      });
    sum.keys += done.keys;
    sum.failedRows += done.failedRows;
    sum.waitingRows += done.waitingRows;
    sum.operationId = done.operationId;
  }
  return { ...sum, hasMore: false };
};

const words = ({ keys, failedRows, waitingRows, hasMore }: Counts): string =>
  `${countWords(keys, 'order')}${hasMore ? ' or more' : ''}: ${failedRows} failed and ${waitingRows} waiting events`;

const facts = ({ keys, failedRows, waitingRows, hasMore }: Counts): Record<string, unknown> => ({
  keys,
  failed_rows: failedRows,
  waiting_rows: waitingRows,
  has_more: hasMore,
});
