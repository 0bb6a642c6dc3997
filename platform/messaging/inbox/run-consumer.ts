import type { Validator } from '@bufbuild/protovalidate';
import type { Assignment } from '../kafka/consumer-options.ts';
import type { HoldReports } from '../kafka/hold-metrics.ts';
import type { Hold } from '../kafka/holds.ts';
import type { ReceivedMessage, TopicPartition } from '../kafka/message.ts';
import { sayAssignment } from '../kafka/say-assignment.ts';
import { startConsumer } from '../kafka/consumer.ts';
import { eventHeader } from '../event.ts';
import { repeat } from '../../base/loops.ts';
import { createPause, type Pause } from '../timer/pause.ts';
import { createRecordDeadLetter } from './record-dead-letter.ts';
import type { InboxConsumer } from './consumer.ts';
import type { DeadLetterSender } from './dead-letter-sender.ts';
import { createBatch } from './handle-batch.ts';
import { handleTogether } from './handle-together.ts';
import { createHeldLoop, type HeldLoop } from './held-loop.ts';
import { createHeldRows } from './held-rows.ts';
import type { InboxMetrics } from './metrics.ts';
import { createPark } from './park.ts';
import { createParkedRows } from './parked-rows.ts';
import { createLetterLoop, type LetterLoop } from './letter-loop.ts';
import { createLetterRows } from './letter-rows.ts';
import { createMessageReader } from './read-message.ts';
import { retryParked, type RetryParts } from './retry-parked.ts';
import type { InboxParts } from './parts.ts';
import { createInboxRows } from './inbox-rows.ts';

export interface ConsumerParts extends InboxParts {
  consumer: InboxConsumer;
  deadLetters: DeadLetterSender;
  metrics: InboxMetrics;
  holdsOf: (group: string) => HoldReports;
  validator: Validator;
  signal: AbortSignal;
}

export interface RunningConsumer {
  isReady: () => boolean;
  held: () => Hold[];
  /** Returns why dead letters cannot be sent; undefined when no failure is known. */
  letterFault: () => string | undefined;
  /** Leaves the group; parked messages are retried until the signal aborts. */
  stop: () => Promise<void>;
  /** Settles when the signal has aborted and the work in progress is finished. */
  ended: Promise<unknown>;
}

const usualBatchSize = 500;
// The inbox drops what is delivered again after a crash, so offsets need not be committed after each batch.
const commitIntervalMs = 250;
// Messages that arrive within this time after others share a transaction: with many small batches, transactions would
// cost the most.
const lingerMs = 40;

/** Runs one consumer: a member of its group, and loops that retry parked messages, send dead letters and measure. */
export const runConsumer = (parts: ConsumerParts): RunningConsumer => {
  const { schema, consumer, validator, kafka, pool, logger, sessionTimeoutMs, signal } = parts;
  const name = { schema, consumer: consumer.name, topic: consumer.topic };
  const readMessage = createMessageReader(consumer.message, validator);
  const [pause, letterPause] = [createPause(signal), createPause(signal)];
  const rows = createParkedRows(name, readMessage);
  const letters = createLetterRows(name);
  const retry = { ...parts, rows, letters, letterDue: () => letterPause.tell(0) };
  const letterLoop = createLetterLoop({
    ...parts,
    rows,
    letters,
    recordDeadLetter: createRecordDeadLetter(name),
    released: () => pause.tell(0),
  });
  const handleBatch = createBatch({
    ...parts,
    inboxRows: createInboxRows(name),
    park: createPark(name),
    parked: (dueInMs) => pause.tell(dueInMs),
  });
  const maxMessages = consumer.maxBatchSize ?? usualBatchSize;
  const handleRead = (messages: readonly ReceivedMessage[]) =>
    handleBatch(messages.map(readMessage));
  const heldLoop = createHeldLoop(
    {
      pool,
      logger,
      consumer: consumer.name,
      rows: createHeldRows(name),
      held: () => member.held(),
    },
    signal,
  );
  const member = startConsumer({
    kafka,
    logger,
    groupId: consumer.group ?? consumer.name,
    topics: [consumer.topic],
    maxMessages,
    commitIntervalMs,
    lingerMs,
    handle: handleTogether(handleRead, maxMessages),
    isWanted: isWantedBy(consumer),
    ...reportsOf(parts, heldLoop),
    ...(sessionTimeoutMs !== undefined && { sessionTimeoutMs }),
  });
  return {
    isReady: () => member.isReady(),
    held: () => member.held(),
    letterFault: () => letterLoop.fault(),
    stop: () => member.stop(),
    ended: Promise.all([
      retryLoop(retry, pause, signal),
      letterLoop.run(letterPause, signal),
      measureLoop(retry, letterLoop, signal),
      heldLoop.run(),
    ]),
  };
};

const isWantedBy = ({ types }: InboxConsumer): ((message: ReceivedMessage) => boolean) => {
  if (types === undefined) return () => true;
  const wanted = new Set(types);
  return ({ headers }) => {
    const type = headers[eventHeader.type];
    // one that does not say its type is not of another type, but wrong
    return type === undefined || wanted.has(type);
  };
};

/** Creates the callbacks that report the assigned partitions, the lag of each, and which of them are held. */
const reportsOf = (parts: ConsumerParts, heldLoop: HeldLoop) => {
  const { metrics, logger, holdsOf } = parts;
  const { name } = parts.consumer;
  const { onHold, onMissing } = holdsOf(name);
  let before: number[] = [];
  return {
    onMissing,
    onHold: (place: TopicPartition, hold: Hold | undefined) => {
      onHold(place, hold);
      heldLoop.onHold(place, hold);
    },
    onLag: ({ partition }: TopicPartition, messages: number) =>
      metrics.lag.set({ consumer: name, partition }, messages),
    onAssignment: (assignment: Assignment | undefined) => {
      const assigned = (assignment?.partitions ?? []).map(({ partition }) => partition);
      // Partitions that stay assigned keep their lag: while one is held, it would not be reported again.
      for (const partition of before)
        if (!assigned.includes(partition)) metrics.lag.remove({ consumer: name, partition });
      before = assigned;
      heldLoop.onAssignment(assignment);
      logger.info(
        { group: parts.consumer.group ?? name, partitions: assigned },
        sayAssignment(assignment),
      );
    },
  };
};

const lookAgainMs = 1_000;
// A key that is due but could not be claimed is being tried by another process; the loop looks again after this time.
const othersMs = 20;
// After a failed try the loop pauses nine times as long as it took, for at most 500 ms: others share the database.
const pauseAfterFailureMs = (tookMs: number): number => Math.min(9 * tookMs, 500);
const measureMs = 5_000;
const measureBackoff = { firstMs: measureMs, maxMs: 30_000 };
const backoff = { firstMs: 250, maxMs: 5_000 };

const retryLoop = (parts: RetryParts, pause: Pause, signal: AbortSignal): Promise<void> => {
  const { rows, pool, logger, consumer } = parts;
  const facts = { consumer: consumer.name };
  return repeat({ name: 'the retry loop', logger, facts, backoff }, signal, async (progress) => {
    pause.begin();
    const startedMs = performance.now();
    const outcome = await retryParked(parts);
    if (outcome === 'failed') return pauseAfterFailureMs(performance.now() - startedMs);
    if (outcome !== 'idle') return;
    const nextInMs = await rows.nextInMs(pool);
    progress();
    await pause.sleep(Math.min(Math.max(nextInMs, othersMs), lookAgainMs));
  });
};

const measureLoop = (
  { rows, pool, metrics, logger, consumer: { name: consumer } }: RetryParts,
  letterLoop: LetterLoop,
  signal: AbortSignal,
): Promise<void> => {
  const loop = { name: 'counting parked keys', logger, facts: { consumer }, everyMs: measureMs };
  return repeat({ ...loop, backoff: measureBackoff, level: 'debug' }, signal, async () => {
    const { keys, oldestSeconds } = await rows.measure(pool);
    metrics.parkedKeys.set({ consumer }, keys);
    metrics.oldestParkedSeconds.set({ consumer }, oldestSeconds);
    await letterLoop.measure();
  });
};
