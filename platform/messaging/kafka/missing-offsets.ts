import type { EachBatchPayload } from 'kafkajs';
import type { Commits } from './commits.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import { fetchedOffsetOf, loadEarliestOffset } from './partition-fault.ts';

type MissingOptions = Pick<ConsumerOptions, 'groupId' | 'logger' | 'onMissing'> & {
  commits: Pick<Commits, 'handled'>;
};

/**
 * When the broker no longer has the next offset, continues at the first one that it has, and reports what is
 * missing. Returns false when the broker could not be asked.
 */
export const skipMissing = async (
  { groupId, logger, onMissing, commits }: MissingOptions,
  payload: EachBatchPayload,
): Promise<boolean> => {
  const { topic, partition } = payload.batch;
  const from = fetchedOffsetOf(payload.batch);
  const to = await loadEarliestOffset(payload).catch(() => undefined);
  if (to === undefined) return false;
  const facts = {
    group: groupId,
    topic,
    partition,
    offset: Number(from),
    goes_on_at: Number(to),
  };
  if (to > from) {
    const count = to - from;
    const words = `${count} offsets are missing: the broker has deleted those from ${from} to ${to - 1n}`;
    logger.error({ ...facts, missing: Number(count) }, `${words}; going on after them`);
    onMissing?.({ topic, partition }, Number(count));
  } else {
    const words = 'the partition ends before the offset that comes next: was its topic made anew?';
    logger.error(facts, `${words} Reading it again from its beginning`);
  }
  payload.resolveOffset(String(to - 1n));
  await commits.handled(payload, to);
  return true;
};
