import { systemClock } from '#platform/base/clock.ts';
import { Registry } from 'prom-client';
import type { Pool } from '#platform/database/pool.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import type { Logger } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';
import { createTopicRules } from '../../services/outbox-publisher/domain/topic-rules.ts';
import { createMembership } from '../../services/outbox-publisher/membership.ts';
import { createPublisherMetrics } from '../../services/outbox-publisher/metrics.ts';
import { createSource } from '../../services/outbox-publisher/source.ts';
import type { ModelBroker } from './broker.ts';
import { createFreezable, type Freezable } from './freezable.ts';
import type { Scenario, StatementFault } from './scenario.ts';

export const source = 'loms';
export const topic = 'model.events';
/** The topic in which a FAILED event blocks nobody. */
export const skippingTopic = 'model.skipping-events';
/** Messages with more bytes are not sent. */
export const maxMessageBytes = 2_000;

// The proportions of production, but faster.
const timing = { leaseMs: 300, renewIntervalMs: 60, sendDeadlineMs: 100 };
const pace = {
  maxPassMs: 120,
  floorMs: 500,
  poll: { firstMs: 5, maxMs: 25 },
  retry: { firstMs: 10, maxMs: 50 },
  backoff: { firstMs: 10, maxMs: 40 },
  slowBrokerMs: 30,
  marginMs: 60,
};
const metrics = () => createPublisherMetrics(new Registry(), systemClock);
const monotonicMs = () => performance.now();

export type TakeFault = (statement: string) => StatementFault | undefined;

export interface ModelPublisherParts {
  id: string;
  pool: Pool;
  broker: ModelBroker;
  scenario: Scenario;
  takeFault: TakeFault;
  logger: Logger;
}

export interface ModelPublisher {
  wake(): void;
  /** Tells the publisher that rows were put back. */
  refreshBlocked(): void;
  epoch(): bigint | undefined;
  freeze(ms: number): void;
  /** Kills it; resolves when none of its statements is in progress. */
  kill(): Promise<void>;
  /** Stops it as SIGTERM does. */
  stop(): Promise<void>;
}

/** Starts a complete publisher whose statements and requests wait at a gate that can be closed. */
export const startModelPublisher = (parts: ModelPublisherParts): ModelPublisher => {
  const { id, broker, scenario, logger } = parts;
  const process = createFreezable();
  const stopping = new AbortController();
  const database = createFaultyPool(parts, process);
  const { pool } = database;
  const { maxAttempts, batchRows, maxPartRows } = scenario;
  const publisher = createSource({
    source,
    pool,
    logger,
    metrics: metrics(),
    batchRows,
    coalesceMs: 0,
    pace,
    ...timing,
    monotonicMs,
    // Each partition has a leader of its own, so that a fault of a request affects what goes to one broker.
    leaders: {
      of: (_, partition) => `broker ${partition}`,
      brokerCount: () => (batchRows % 2 === 0 ? 2 : 1),
      isOld: () => false,
      ask: () => Promise.resolve(true),
    },
    openProducer: broker.openProducer({ process, leaseUntilMs: database.leaseUntilMs }),
    topics: createTopicRules(
      [
        { name: topic, partitions: 2, publish: { kind: 'default', max_attempts: maxAttempts } },
        {
          name: skippingTopic,
          partitions: 2,
          publish: { kind: 'skip', max_attempts: maxAttempts },
        },
      ],
      partitionOf,
    ),
    limits: { maxMessageBytes, maxPartBytes: 10 * maxMessageBytes, maxPartRows },
    currentLease: () => lease.current(),
    releaseLease: (epoch, why) => lease.release(epoch, why),
  });
  const { lease } = createMembership({
    pool,
    id,
    sources: [publisher],
    logger,
    ...timing,
    monotonicMs,
    countLost: () => undefined,
    stopping: stopping.signal,
  });
  const renewing = lease.run();
  const publishing = publisher.run(stopping.signal);
  return {
    wake: () => publisher.wake(),
    refreshBlocked: () => publisher.onRequeued(),
    epoch: () => lease.current()?.epoch,
    freeze: (ms) => process.freeze(ms),
    kill: async () => {
      process.kill();
      // This ends its sleeps; everything else waits at the gate.
      stopping.abort();
      void lease.leave();
      await database.settled();
    },
    stop: async () => {
      stopping.abort();
      await publishing;
      await lease.leave();
      await renewing;
    },
  };
};

const lost = () => new Error('Connection terminated unexpectedly');

/** The pool of one publisher, whose statements suffer the scenario's faults. */
const createFaultyPool = ({ pool, takeFault }: ModelPublisherParts, process: Freezable) => {
  const underWay = new Set<Promise<unknown>>();
  let leaseUntilMs = 0;
  const run = async (name: string, statement: unknown) => {
    const beganMs = monotonicMs();
    const running = pool.query(statement as string);
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    underWay.add(ended);
    void ended.then(() => underWay.delete(ended));
    const result = await running;
    const isGrant = name === 'publisher_join' || name === 'publisher_renew';
    if (isGrant && result.rows.length === 1)
      // The database counts the lease from a moment after the statement began, so the lease lasts at least until then.
      leaseUntilMs = Math.max(leaseUntilMs, beganMs + timing.leaseMs);
    return result;
  };
  const query = async (statement: unknown) => {
    const name = nameOf(statement);
    const fault = takeFault(name);
    await process.gate();
    if (fault?.kind === 'fails') throw lost();
    if (fault?.kind === 'slow-before') await sleep(fault.ms);
    await process.gate();
    const result = await run(name, statement);
    if (fault?.kind === 'slow-after') await sleep(fault.ms);
    await process.gate();
    if (fault?.kind === 'answer-lost') throw lost();
    return result;
  };
  return {
    pool: { query } as unknown as Pool,
    leaseUntilMs: () => leaseUntilMs,
    settled: () => Promise.all(underWay),
  };
};

const nameOf = (statement: unknown): string =>
  typeof statement === 'object' && statement && 'name' in statement
    ? String(statement.name).replace(`_${source}`, '')
    : '';
