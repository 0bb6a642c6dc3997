import type { Pool } from '#platform/database/pool.ts';
import type { Kafka } from '#platform/kafka/client.ts';
import type { Logger } from '#platform/logger.ts';
import { keepOutboxPartitions } from '#platform/outbox/partitions.ts';
import { createHeldKeys, type HeldKeys } from './domain/held-keys.ts';
import type { Lease } from './domain/lease.ts';
import { planRequest, requestLimits } from './domain/request-plan.ts';
import type { TopicRules } from './domain/topic-rules.ts';
import { faultOf, openSourceProducer } from './events/producer.ts';
import type { PublisherMetrics } from './metrics.ts';
import { readBacklog } from './store/backlog.ts';
import { markSent } from './store/mark-sent.ts';
import { createRefusalStore, type RefusalStore } from './store/refusals.ts';
import { readBound, readUnsent } from './store/unsent.ts';
import { createAssignmentDesk, type AssignmentDesk } from './usecases/assignment-desk.ts';
import { createIdle } from './usecases/idle.ts';
import { observeSource } from './usecases/observe-source.ts';
import { createPublishPass, type PublishPass } from './usecases/publish-pass.ts';
import { publishSource } from './usecases/publish-source.ts';
import { handleRefused } from './usecases/refused-rows.ts';
import { createSender, type Sender } from './usecases/sender.ts';

export interface SourceParts {
  source: string;
  pool: Pool;
  kafka: Kafka;
  topics: TopicRules;
  metrics: PublisherMetrics;
  logger: Logger;
  batchRows: number;
  coalesceMs: number;
  sendDeadlineMs: number;
  monotonicMs: () => number;
  currentLease: () => Lease | undefined;
}

export interface Source {
  readonly name: string;
  readonly desk: AssignmentDesk;
  wake(): void;
  /** Publishes, and makes partitions ahead, until the signal aborts; ends after the work in hand. */
  run(signal: AbortSignal): Promise<void>;
}

/** Puts together what publishes one source: its own loop, producer and store. */
export const createSource = (parts: SourceParts): Source => {
  const { source, pool, kafka, metrics, logger, monotonicMs, coalesceMs } = parts;
  const heldKeys = createHeldKeys();
  const idle = createIdle();
  const desk = createAssignmentDesk(() => idle.wake());
  const refusals = createRefusalStore(pool, source);
  const sender = createSender({ ...parts, openProducer: () => openSourceProducer(kafka, source) });
  const pass = createPass({ parts, heldKeys, refusals, sender });
  const listBlocked = (buckets: readonly number[]) => refusals.listBlocked(buckets);
  const onRetry = (error: unknown) => metrics.countRetry(source, error);
  const loop = { source, desk, pass, heldKeys, listBlocked, onRetry, idle };
  const observed = { source, desk, heldKeys, logger, readBacklog: readBacklog(pool, source) };
  return {
    name: source,
    desk,
    wake: () => idle.wake(),
    run: async (signal) => {
      const partitions = keepOutboxPartitions({ pool, schema: source, logger }, signal);
      const observing = observeSource({ ...observed, observe: metrics.observeState }, signal);
      await publishSource({ ...loop, monotonicMs, coalesceMs, logger }, signal);
      await Promise.all([sender.close(), partitions, observing]);
    },
  };
};

interface PassParts {
  parts: SourceParts;
  heldKeys: HeldKeys;
  refusals: RefusalStore;
  sender: Sender;
}

const createPass = ({ parts, heldKeys, refusals, sender }: PassParts): PublishPass => {
  const { source, pool, metrics, topics, monotonicMs, logger } = parts;
  const rules = {
    ...requestLimits,
    partitionOf: topics.partitionOf,
    isBlocked: heldKeys.isBlocked,
    isResting: heldKeys.isResting,
  };
  return createPublishPass({
    batchRows: parts.batchRows,
    readUnsent: readUnsent(pool, source),
    readBound: readBound(pool, source),
    plan: (rows) => planRequest(rows, rules),
    send: sender.send,
    markSent: markSent(pool, source),
    markWaiting: refusals.markWaiting,
    onRefused: handleRefused({
      recordAttempt: refusals.recordAttempt,
      maxAttempts: topics.maxAttempts,
      countRefused: ({ topic }, reason) => metrics.refused.inc({ source, topic, reason }),
      heldKeys,
      monotonicMs,
      logger,
    }),
    faultOf,
    onSent: (sent) => metrics.countSent(source, sent),
  });
};
