import type { Pool } from '#platform/database/pool.ts';
import type { Logger } from '#platform/base/logger.ts';
import { keepOutboxPartitions } from '#platform/messaging/outbox/partitions.ts';
import { createCoalescing, type Coalescing } from './domain/coalescing.ts';
import { createHeldKeys, type HeldKeys } from './domain/held-keys.ts';
import { createHeldPartitions, type HeldPartitions } from './domain/held-partitions.ts';
import type { Lease } from './domain/lease.ts';
import { usualPace } from './domain/pace.ts';
import { planRequest, requestLimits } from './domain/request-plan.ts';
import { createSeqFloor, type SeqFloor } from './domain/seq-floor.ts';
import type { UnsentRow } from './domain/row.ts';
import {
  createUnwritablePartitions,
  type UnwritablePartition,
  type UnwritablePartitions,
} from './domain/unwritable-partitions.ts';
import type { TopicRules } from './domain/topic-rules.ts';
import { faultOf } from './events/producer.ts';
import type { PublisherMetrics } from './metrics.ts';
import { readBacklog } from './store/backlog.ts';
import { readBound } from './store/bound.ts';
import { createBlockedKeyStore, type BlockedKeyStore } from './store/blocked-keys.ts';
import { markSent } from './store/mark-sent.ts';
import { oldDaysOf } from './store/old-days.ts';
import { createProcessingStore } from './store/processing.ts';
import { hasUnsentUpTo } from './store/requeued.ts';
import { createRefusalStore } from './store/refusals.ts';
import { readShort, readUnsent } from './store/unsent.ts';
import { keepUnwritable } from './store/unwritable.ts';
import { createAssignmentHandoff, type AssignmentHandoff } from './usecases/assignment-handoff.ts';
import { claimParts } from './usecases/claim-parts.ts';
import { createOldDaysKeeper } from './usecases/drop-old-days.ts';
import { createFailedSends } from './usecases/failed-sends.ts';
import { endEpochWhenInDoubt, type ReleaseLease } from './usecases/doubtful-attempts.ts';
import { createHeldKeysRefresh, type HeldKeysRefresh } from './usecases/held-keys-refresh.ts';
import { createIdle, type Idle } from './usecases/idle.ts';
import { observeSource } from './usecases/observe-source.ts';
import { createPartitionFailures } from './usecases/partition-failures.ts';
import { createPublishPass, type PublishPass } from './usecases/publish-pass.ts';
import { createLots, type Lots, type LotsDeps } from './usecases/lots.ts';
import { publishSource } from './usecases/publish-source.ts';
import { handleRefused } from './usecases/refused-rows.ts';
import { restoreBackoffs } from './usecases/restore-backoffs.ts';
import { createSender, type OneLifeProducer, type Sender } from './usecases/sender.ts';
import { tellUnwritable } from './usecases/tell-unwritable.ts';

export interface SourceParts {
  source: string;
  pool: Pool;
  /** With an address, the producer sends to that broker only. */
  openProducer: (broker?: string) => Promise<OneLifeProducer>;
  leaders: LotsDeps['leaders'];
  topics: TopicRules;
  metrics: PublisherMetrics;
  logger: Logger;
  batchRows: number;
  coalesceMs: number;
  sendDeadlineMs: number;
  monotonicMs: () => number;
  currentLease: () => Lease | undefined;
  releaseLease: ReleaseLease;
  /** Sent days older than this are dropped; none are when it is absent, as in tests. */
  retentionDays?: number;
  /** Overridden only in tests. */
  pace?: typeof usualPace;
  limits?: typeof requestLimits;
}

export interface Source {
  readonly name: string;
  readonly handoff: AssignmentHandoff;
  readonly wake: () => void;
  /** Operators requeued rows: blocked keys and floors are read again at once. */
  readonly onRequeued: () => void;
  /** Why nothing is published; undefined when the last pass succeeded. */
  readonly fault: () => string | undefined;
  /** The partitions that cannot be written. */
  readonly unwritable: () => UnwritablePartition[];
  /**
   * Publishes, creates partitions ahead and drops old ones until the signal aborts; resolves when work in
   * progress is finished.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Creates everything that publishes one source: its loop, producer and store. */
export const createSource = (parts: SourceParts): Source => {
  const { source, pool, metrics, logger, monotonicMs, pace = usualPace } = parts;
  metrics.showSource(source);
  const coalescing = createCoalescing(parts.coalesceMs);
  const heldKeys = createHeldKeys();
  const heldPartitions = createHeldPartitions();
  const unwritable = createUnwritable(parts);
  const floor = createSeqFloor(heldPartitions.isBackedOff);
  const idle = createIdle();
  const handoff = createAssignmentHandoff(() => idle.wake());
  const blocked = createBlockedKeyStore(pool, source, parts.topics.withoutBlocking);
  const { marginMs, slowBrokerMs } = pace;
  const sender = createSender({ ...parts, openProducer: () => parts.openProducer(), marginMs });
  const onEnded = () => idle.wake();
  const lots = createLots({ ...parts, heldPartitions, slowBrokerMs, marginMs, onEnded });
  const listBlocked = (buckets: readonly number[]) => blocked.listBlocked(buckets);
  const refresh = createHeldKeysRefresh({
    ...{ heldKeys, floor, listBlocked, monotonicMs, pace, logger },
    hasUnsentUpTo: hasUnsentUpTo(pool, source),
  });
  const onRetry = (error: unknown) => metrics.countRetry(source, error);
  const pass = createPass({
    ...{ parts, heldKeys, heldPartitions, unwritable, refresh, floor, idle, coalescing },
    ...{ blocked, sender, lots, onRetry },
  });
  const endBackoffs = (nowMs: number) => {
    for (const held of [heldKeys, heldPartitions]) held.endBackoffs(nowMs);
  };
  let fault: string | undefined;
  const tellFault = (words: string | undefined) => void (fault = words);
  const loop = { source, handoff, pass, endBackoffs, refresh, onRetry, tellFault, idle, lots };
  const observed = { source, handoff, heldKeys, logger, readBacklog: readBacklog(pool, source) };
  return {
    name: source,
    handoff,
    wake: () => idle.wake(),
    fault: () => fault,
    unwritable: () => unwritable.list(),
    onRequeued: () => {
      refresh.forget();
      idle.wake();
    },
    run: async (signal) => {
      const partitions = keepOutboxPartitions({ pool, schema: source, logger }, signal);
      const dropping = dropOldDays(parts, signal);
      const observing = observeSource({ ...observed, observe: metrics.observeState }, signal);
      const telling = tell(parts, unwritable, signal);
      await publishSource({ ...loop, monotonicMs, coalescing, pace, logger }, signal);
      await Promise.all([sender.close(), lots.close(), partitions, observing, dropping, telling]);
    },
  };
};

const dropOldDays = async (parts: SourceParts, signal: AbortSignal): Promise<void> => {
  const { source, pool, metrics, logger, retentionDays } = parts;
  if (retentionDays === undefined) return;
  const days = oldDaysOf(pool, source, retentionDays);
  const countDropped = () => metrics.partitionsDropped.inc({ source });
  await createOldDaysKeeper({ source, days, countDropped, logger }).run(signal);
};

const tell = (parts: SourceParts, unwritable: UnwritablePartitions, signal: AbortSignal) => {
  const keep = keepUnwritable(parts.pool, parts.source);
  return tellUnwritable({ ...parts, unwritable, keep }, signal);
};

const createUnwritable = ({ source, metrics, monotonicMs }: SourceParts): UnwritablePartitions =>
  createUnwritablePartitions({
    monotonicMs,
    show: ({ topic, partition }, isWritten) => {
      const labels = { source, topic, partition };
      if (isWritten) metrics.unwritable.remove(labels);
      else metrics.unwritable.set(labels, 1);
    },
  });

interface PassParts {
  parts: SourceParts;
  heldKeys: HeldKeys;
  heldPartitions: HeldPartitions;
  unwritable: UnwritablePartitions;
  refresh: HeldKeysRefresh;
  floor: SeqFloor;
  idle: Idle;
  coalescing: Coalescing;
  blocked: BlockedKeyStore;
  sender: Sender;
  lots: Lots;
  onRetry: (error: unknown) => void;
}

const createPass = (passParts: PassParts): PublishPass => {
  const { parts, heldKeys, heldPartitions, floor, idle, coalescing, blocked, sender } = passParts;
  const { source, pool, metrics, topics, monotonicMs, pace = usualPace } = parts;
  const rules = {
    ...(parts.limits ?? requestLimits),
    partitionOf: topics.partitionOf,
    isBlocked: heldKeys.isBlocked,
    isBackedOff: heldKeys.isBackedOff,
    isPartitionBackedOff: heldPartitions.isBackedOff,
  };
  const failures = createFailureHandling(passParts);
  return createPublishPass({
    batchRows: parts.batchRows,
    readUnsent: readUnsent(pool, source),
    readShort: readShort(pool, source),
    readBound: readBound(pool, source),
    floor,
    // while coalescing is on, rows are gathered between two passes
    takeWakeUp: () => coalescing.windowMs() === 0 && idle.takeWakeUp(),
    noteThin: coalescing.note,
    monotonicMs,
    boundEveryMs: pace.maxPassMs,
    plan: (rows) => {
      failures.restoreBackoffs(rows);
      return planRequest(rows, rules);
    },
    claim: failures.claim,
    send: sender.send,
    lots: passParts.lots,
    markSent: markSent(pool, source),
    markWaiting: blocked.markWaiting,
    onRefused: failures.onRefused,
    onUnsent: failures.onUnsent,
    faultOf,
    partitions: createPartitionFailures({
      ...{ ...passParts, ...parts, backoff: pace.backoff },
      brokerOf: ({ topic, partition }) => parts.leaders.of(topic, partition),
    }),
    onSent: (sent) => metrics.countSent(source, sent),
  });
};

/** Handles rows that cannot be sent, by the policies of their topics. */
const createFailureHandling = ({ parts, heldKeys, refresh }: PassParts) => {
  const { source, pool, metrics, topics, monotonicMs, logger, pace = usualPace } = parts;
  const processing = createProcessingStore(pool, source);
  const common = {
    policyOf: topics.policyOf,
    countRefused: ({ topic }: UnsentRow, reason: string) => {
      metrics.refused.inc({ source, topic, reason });
    },
    ...{ heldKeys, monotonicMs, logger },
  };
  const guarded = <Arguments extends unknown[], Result>(
    count: (epoch: bigint, ...values: Arguments) => Promise<Result>,
  ) => endEpochWhenInDoubt(count, parts.releaseLease);
  const countFailedSends = guarded(processing.countFailedSends);
  const failedSends = createFailedSends({ ...common, countFailedSends });
  const recordAttempt = guarded(createRefusalStore(pool, source).recordAttempt);
  const refreshBlocked = () => refresh.forget();
  const refusals = { ...common, recordAttempt, failedSends, refreshBlocked, backoff: pace.backoff };
  return {
    restoreBackoffs: restoreBackoffs(common),
    claim: claimParts({ ...common, ...processing }),
    onRefused: handleRefused(refusals),
    onUnsent: failedSends.onUnsent,
  };
};
