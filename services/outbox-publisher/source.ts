import type { Pool } from '#platform/database/pool.ts';
import type { Kafka } from '#platform/kafka/client.ts';
import { SendError } from '#platform/kafka/send-error.ts';
import type { Logger } from '#platform/logger.ts';
import { keepOutboxPartitions } from '#platform/outbox/partitions.ts';
import { sleep } from '#platform/sleep.ts';
import type { Assignment } from './domain/assignment.ts';
import { createHeldKeys, type HeldKeys } from './domain/held-keys.ts';
import type { Lease } from './domain/lease.ts';
import { planRequest, type PlanRules } from './domain/request-plan.ts';
import type { TopicRules } from './domain/topic-rules.ts';
import { openSourceProducer } from './events/producer.ts';
import type { PublisherMetrics } from './metrics.ts';
import { readBacklog } from './store/backlog.ts';
import { markSent } from './store/mark-sent.ts';
import { createRefusalStore, type RefusalStore } from './store/refusals.ts';
import { readUnsent } from './store/unsent.ts';
import { createAssignmentDesk, type AssignmentDesk } from './usecases/assignment-desk.ts';
import { createIdle, type Idle } from './usecases/idle.ts';
import { publishPass, type PublishPassDeps } from './usecases/publish-pass.ts';
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
  const { source, pool, metrics, logger, monotonicMs, coalesceMs } = parts;
  const heldKeys = createHeldKeys();
  const idle = createIdle();
  const desk = createAssignmentDesk(() => idle.wake());
  const refusals = createRefusalStore(pool, source);
  const openProducer = () => openSourceProducer(parts.kafka, source);
  const sender = createSender({ ...parts, openProducer });
  const pass = createPass({ parts, heldKeys, idle, refusals, sender });
  const loop = {
    ...{ source, desk, heldKeys, idle, monotonicMs, logger, coalesceMs },
    pass,
    listBlocked: (buckets: readonly number[]) => refusals.listBlocked(buckets),
    onRetry: (error: unknown) => metrics.countRetry(source, error),
  };
  return {
    name: source,
    desk,
    wake: () => idle.wake(),
    run: async (signal) => {
      const partitions = keepOutboxPartitions({ pool, schema: source, logger }, signal);
      const observing = observeSource({ parts, desk, heldKeys }, signal);
      await publishSource(loop, signal);
      await Promise.all([sender.close(), partitions, observing]);
    },
  };
};

interface PassParts {
  parts: SourceParts;
  heldKeys: HeldKeys;
  idle: Idle;
  refusals: RefusalStore;
  sender: Sender;
}

const createPass = ({ parts, heldKeys, idle, refusals, sender }: PassParts) => {
  const { source, pool, metrics, topics, monotonicMs, logger } = parts;
  const rules: PlanRules = {
    ...limits,
    partitionOf: (topic, key) => topics.partitionOf(topic, key),
    isBlocked: (row) => heldKeys.isBlocked(row),
    isResting: (row) => heldKeys.isResting(row, monotonicMs()),
  };
  const deps: Omit<PublishPassDeps, 'mayGoOn'> = {
    batchRows: parts.batchRows,
    readUnsent: readUnsent(pool, source),
    plan: (rows) => planRequest(rows, rules),
    send: (epoch, some) => sender.send(epoch, some),
    markSent: markSent(pool, source),
    markWaiting: (epoch, rows) => refusals.markWaiting(epoch, rows),
    onRefused: handleRefused({
      recordAttempt: (epoch, refusal) => refusals.recordAttempt(epoch, refusal),
      maxAttempts: (topic) => topics.maxAttempts(topic),
      ...{ heldKeys, monotonicMs, logger },
      onRefused: ({ topic }, reason) => metrics.refused.inc({ source, topic, reason }),
    }),
    refusalReason,
    onSent: (sent) => metrics.countSent(source, sent),
    takeWakeUp: () => parts.coalesceMs === 0 && idle.takeWakeUp(),
  };
  return (assignment: Assignment, mayGoOn: () => boolean): Promise<number> =>
    publishPass({ ...deps, mayGoOn }, assignment);
};

interface ObservedParts {
  parts: SourceParts;
  desk: AssignmentDesk;
  heldKeys: HeldKeys;
}

const observeSource = async ({ parts, desk, heldKeys }: ObservedParts, signal: AbortSignal) => {
  const { source, metrics, logger } = parts;
  const backlog = readBacklog(parts.pool, source);
  while (!signal.aborted) {
    const buckets = desk.assigned();
    await backlog(buckets).then(
      (waiting) =>
        metrics.observeState(source, {
          backlog: waiting,
          blockedKeys: heldKeys.blockedCount,
          ownedBuckets: buckets.length,
        }),
      (error: unknown) => logger.debug({ err: error, source }, 'the backlog could not be read'),
    );
    await sleep(observeIntervalMs, signal);
  }
};

const observeIntervalMs = 5_000;

// The broker's default message.max.bytes is 1,048,588 and holds for a record batch; the estimate of a
// row's size is a little rough, so there is room to it.
const limits = { maxMessageBytes: 1_000_000, maxPartBytes: 900_000, maxPartRows: 4_000 };

const refusalReason = (error: unknown): string | undefined =>
  error instanceof SendError && error.kind === 'refused' ? error.reason : undefined;
