import { countWords } from '../domain/words.ts';
import { report, sayHowFar } from './batches.ts';
import type { CliContext } from './context.ts';
import { sourceOf } from './source-of.ts';

export interface DiscardOptions {
  actor: string;
  source: string;
  topic: string;
  reason: string;
  id: string;
  dryRun: boolean;
}

/** Discards the event with that id, or with that sequence of an order. */
export const discard = async (
  cli: CliContext,
  { key, sequence }: { key: string; sequence: bigint },
  { actor, topic, reason, id, dryRun, ...options }: DiscardOptions,
): Promise<void> => {
  const source = await sourceOf(cli, { key, topic, source: options.source });
  const asked = { actor, source, topic, reason, id, dryRun };
  const done = await cli.client.discard({ ...asked, key, sequence });
  const event = `sequence ${done.sequence.toString()} of order ${done.key} in ${done.topic}`;
  const behind = `${countWords(done.releasedRows, 'event')} behind it`;
  const words = dryRun
    ? `Would give up ${event}; ${behind} would be sent.`
    : `Gave up ${event}; ${behind} will be sent.`;
  report(cli, words, {
    id: done.id,
    topic: done.topic,
    key: done.key,
    sequence: Number(done.sequence),
    released_rows: done.releasedRows,
    dry_run: dryRun,
    operation_id: done.operationId,
  });
  if (!dryRun) sayHowFar(cli, done.operationId);
};
