import { backoffMs } from '#platform/base/backoff.ts';
import { reasonOf } from '#platform/base/errors.ts';
import type { Logger } from '#platform/base/logger.ts';
import type { HeldPartitions } from '../domain/held-partitions.ts';
import type { Pace } from '../domain/pace.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { UnwritablePartitions } from '../domain/unwritable-partitions.ts';

/** What is done about partitions that cannot be written, and known of them. */
export interface PartitionCare {
  readonly isDoubtful: (part: RequestPart) => boolean;
  readonly failed: (part: RequestPart, error: unknown) => void;
  readonly written: (part: RequestPart) => void;
}

export interface PartitionCareDeps {
  source: string;
  heldPartitions: HeldPartitions;
  monotonicMs: () => number;
  /** How long a partition rests after a failure. */
  rest: Pace['rest'];
  onRetry: (error: unknown) => void;
  /** The broker that leads it, where that is known. */
  brokerOf: (part: RequestPart) => string | undefined;
  /** Tells which partitions cannot be written. */
  unwritable: Pick<UnwritablePartitions, 'failed' | 'written'>;
  logger: Logger;
}

/** A partition that cannot be written rests with all its keys, longer each time; the others go on. */
export const createPartitionCare = (deps: PartitionCareDeps): PartitionCare => {
  const { source, heldPartitions, logger } = deps;
  return {
    isDoubtful: heldPartitions.isDoubtful,
    failed: (part, error) => {
      const waitMs = backoffMs(heldPartitions.failuresOf(part) + 1, deps.rest);
      heldPartitions.fail(part, deps.monotonicMs() + waitMs);
      deps.onRetry(error);
      const { topic, partition } = part;
      const broker = deps.brokerOf(part);
      const detail = error instanceof Error ? error.message : String(error);
      const reason = reasonOf(error) ?? 'bug';
      deps.unwritable.failed(part, { broker, error: `${reason}: ${detail}` });
      const facts = { source, topic, partition, broker, waitMs, reason, detail };
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
