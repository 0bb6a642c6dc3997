import { backoffMs } from '#platform/base/backoff.ts';
import { reasonOf } from '#platform/base/errors.ts';
import type { Logger } from '#platform/base/logger.ts';
import type { HeldPartitions } from '../domain/held-partitions.ts';
import type { Pace } from '../domain/pace.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { UnwritablePartitions } from '../domain/unwritable-partitions.ts';

/** Handles partitions that cannot be written. */
export interface PartitionFailures {
  readonly isDoubtful: (part: RequestPart) => boolean;
  readonly failed: (part: RequestPart, error: unknown) => void;
  readonly written: (part: RequestPart) => void;
}

export interface PartitionFailuresDeps {
  source: string;
  heldPartitions: HeldPartitions;
  monotonicMs: () => number;
  /** How long a partition is backed off after a failure. */
  backoff: Pace['backoff'];
  onRetry: (error: unknown) => void;
  /** The leader of the partition, when known. */
  brokerOf: (part: RequestPart) => string | undefined;
  /** Records which partitions cannot be written. */
  unwritable: Pick<UnwritablePartitions, 'failed' | 'written'>;
  logger: Logger;
}

/** A partition that cannot be written is backed off with all its keys, longer each time; the others go on. */
export const createPartitionFailures = (deps: PartitionFailuresDeps): PartitionFailures => {
  const { source, heldPartitions, logger } = deps;
  return {
    isDoubtful: heldPartitions.isDoubtful,
    failed: (part, error) => {
      const waitMs = backoffMs(heldPartitions.failuresOf(part) + 1, deps.backoff);
      heldPartitions.fail(part, deps.monotonicMs() + waitMs);
      deps.onRetry(error);
      const { topic, partition } = part;
      const broker = deps.brokerOf(part);
      const detail = error instanceof Error ? error.message : String(error);
      const reason = reasonOf(error) ?? 'bug';
      deps.unwritable.failed(part, { broker, error: `${reason}: ${detail}` });
      const facts = { source, topic, partition, broker, retry_in_ms: waitMs, reason, err: error };
      logger.warn(facts, 'a partition cannot be written; its events wait, those of others go on');
    },
    written: (part) => {
      if (!heldPartitions.isDoubtful(part)) return;
      heldPartitions.clear(part);
      deps.unwritable.written(part);
      const { topic, partition } = part;
      logger.info({ source, topic, partition }, 'the partition can be written again');
    },
  };
};
