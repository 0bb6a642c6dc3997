import type { Consumer as KafkaConsumer, ConsumerGroupJoinEvent } from 'kafkajs';
import type { Assignment, ConsumerOptions } from './consumer-options.ts';
import { createCommits, type Commits } from './commits.ts';
import { createBatchHandler } from './consumer-batch.ts';
import type { Holds } from './holds.ts';
import type { TopicPartition } from './message.ts';
import { settledWithin } from './within.ts';

export type SessionOptions = Omit<ConsumerOptions, 'onAssignment'> & {
  onAssignment: (assignment: Assignment) => void;
  holds: Holds;
};

// A fetch in progress delays heartbeats and a stop, so it waits for messages for less time than the session timeout.
const maxFetchWaitMs = 500;
const rebalanceTimeoutMs = 10_000;
const joinLimitMs = 5_000;
const disconnectLimitMs = 3_000;
const partitionsAtOnce = 4;

/**
 * Runs one kafkajs consumer, from connect to disconnect. Resolves with the fault that ended it, or with undefined
 * when the signal did. It never restarts by itself, because kafkajs does so only after some faults.
 */
export const runConsumerSession = async (
  options: SessionOptions,
  signal: AbortSignal,
): Promise<Error | undefined> => {
  const consumer = createConsumer(options);
  reportAssignments(consumer, options);
  const crashed = new Promise<Error>((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
  });
  const commits = createCommits(consumer, options.commitIntervalMs ?? 0, signal);
  consumer.on(consumer.events.GROUP_JOIN, commits.forget);
  const running = run({ consumer, options, commits }, signal);
  const failed = running.then(() => crashed, toError);
  const fault = await Promise.race([failed, aborted(signal)]);
  // A disconnect during a join would leave a member behind that rejoins for ever, so the join ends first.
  await settledWithin(running, joinLimitMs);
  await settledWithin(commits.flush(), disconnectLimitMs);
  await settledWithin(consumer.disconnect(), disconnectLimitMs);
  return fault;
};

const createConsumer = (options: SessionOptions): KafkaConsumer =>
  options.kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: options.sessionTimeoutMs ?? 3_000,
    heartbeatInterval: options.heartbeatIntervalMs ?? 500,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: maxFetchWaitMs,
    allowAutoTopicCreation: false,
    retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
  });

interface Session {
  consumer: KafkaConsumer;
  options: SessionOptions;
  commits: Commits;
}

const run = async ({ consumer, options, commits }: Session, signal: AbortSignal): Promise<void> => {
  await consumer.connect();
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
  if (signal.aborted) return;
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: partitionsAtOnce,
    eachBatch: createBatchHandler(options, commits, signal),
  });
};

const reportAssignments = (consumer: KafkaConsumer, { onAssignment }: SessionOptions): void => {
  let memberId: string | undefined;
  let assigned: readonly TopicPartition[] = [];
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => {
    // A member that keeps its id has missed no generation of the group, so its partitions had no other member.
    const kept = new Set(payload.memberId === memberId ? assigned.map(nameOf) : []);
    assigned = toPartitions(payload.memberAssignment);
    memberId = payload.memberId;
    onAssignment({
      partitions: assigned,
      gained: assigned.filter((each) => !kept.has(nameOf(each))),
    });
  });
};

const toPartitions = (assignment: Record<string, number[]>): TopicPartition[] =>
  Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
