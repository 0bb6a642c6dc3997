import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { AppError } from '#platform/base/errors.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import {
  faultOf,
  faultWords,
  loadEarliestOffset,
  mayPass,
  type PartitionFault,
} from '#platform/messaging/kafka/partition-fault.ts';
import { settledWithin } from '#platform/messaging/kafka/within.ts';

/** A range of a partition to read. */
export interface Span {
  topic: string;
  partition: number;
  /** The next offset to read. */
  next: bigint;
  /** The end of the partition when the reading began. */
  end: bigint;
}

/** A range that is skipped because it cannot be read, or because it was deleted meanwhile. */
export interface Unreadable {
  topic: string;
  partition: number;
  from: bigint;
  /** The first offset behind the range. */
  to: bigint;
  cause: string;
}

export interface ReadSpans {
  kafka: Kafka;
  spans: readonly Span[];
  /** Stops the reading, even before the ends are reached. */
  signal: AbortSignal;
  onMessages: (span: Span, messages: readonly KafkaMessage[]) => void;
  onUnreadable: (part: Unreadable) => void;
  /** Called whenever a span has moved. The callee can stop the reading with its signal when it has enough. */
  onMoved: () => void;
  /** The time in milliseconds within which something must move until the ends are reached. Default 30,000. */
  patienceMs?: number;
}

const disconnectLimitMs = 3_000;
const againMs = 200;

/**
 * Reads spans, and goes on after their ends until the signal aborts. It skips and reports what cannot be read, and
 * rejects with a readable message when nothing moves for too long. It commits no offsets of any group.
 */
export const readSpans = async (options: ReadSpans): Promise<void> => {
  const { kafka, spans, signal, patienceMs = 30_000 } = options;
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const ended = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => ended.resolve(undefined), { once: true });
  // A crash that kafkajs recovers from by itself, e.g. because a coordinator is still loading, is not an error.
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) ended.reject(payload.error);
  });
  // Seek after each join: no offset is ever committed, so the consumer would begin with the earliest message.
  consumer.on('consumer.group_join', () => {
    for (const span of spans) seek(consumer, span);
  });
  const late = createDeadline(patienceMs, () => ended.reject(nothingMoves(spans, patienceMs)));
  const moved = (): void => {
    if (spans.every(({ next, end }) => next >= end)) late.end();
    else late.moved();
    options.onMoved();
  };
  late.moved();
  const reading = (async () => {
    await consumer.connect();
    const topics = [...new Set(spans.map(({ topic }) => topic))];
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: createHandler(options, consumer, moved) });
  })();
  try {
    // connecting may also take for ever
    await Promise.race([reading.then(() => ended.promise), ended.promise]);
  } finally {
    late.end();
    await settledWithin(consumer.disconnect(), disconnectLimitMs);
  }
};

const createHandler =
  ({ spans, signal, onMessages, onUnreadable }: ReadSpans, consumer: Consumer, moved: () => void) =>
  async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    const span = spans.find(
      ({ topic, partition }) => topic === batch.topic && partition === batch.partition,
    );
    if (span === undefined || signal.aborted) return;
    const fault = faultOf(batch);
    if (fault !== undefined) {
      const part = await findUnreadable(payload, span, fault);
      if (part === undefined) {
        setTimeout(payload.pause(), againMs);
        return;
      }
      onUnreadable(part);
      span.next = part.to;
      seek(consumer, span);
    } else {
      // messages that were fetched before the seek takes effect are filtered out
      onMessages(
        span,
        batch.messages.filter(({ offset }) => BigInt(offset) >= span.next),
      );
      const behind = BigInt(batch.lastOffset()) + 1n;
      if (behind > span.next) span.next = behind;
    }
    moved();
  };

/** Finds the range to skip; undefined while the broker may still give another answer. */
const findUnreadable = async (
  payload: EachBatchPayload,
  { topic, partition, next, end }: Span,
  fault: PartitionFault,
): Promise<Unreadable | undefined> => {
  const cause = faultWords(fault);
  if (fault.error.type === 'OFFSET_OUT_OF_RANGE') {
    const to = await loadEarliestOffset(payload).catch(() => next);
    return to > next ? { topic, partition, from: next, to, cause: 'it was deleted' } : undefined;
  }
  if (mayPass(fault)) return undefined;
  const told = fault.nextOffset === undefined ? end : BigInt(fault.nextOffset);
  // A broken batch may state any end, and for one at the end of the partition its length is unknown.
  const to = told > next && told <= end ? told : end > next ? end : next + 1n;
  return { topic, partition, from: next, to, cause };
};

const seek = (consumer: Consumer, { topic, partition, next }: Span): void => {
  consumer.seek({ topic, partition, offset: next.toString() });
};

const nothingMoves = (spans: readonly Span[], patienceMs: number): AppError => {
  const behind = spans
    .filter(({ next, end }) => next < end)
    .map(({ topic, partition, next, end }) => `${topic} ${partition} at ${next} of ${end}`);
  const words = `Kafka gave nothing more within ${patienceMs / 1_000} s; read so far: ${behind.join(', ')}.`;
  return new AppError('unavailable', 'kafka-stands-still', words);
};

const createDeadline = (afterMs: number, onLate: () => void) => {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  return {
    moved: (): void => {
      clearTimeout(timer);
      if (!isOver) timer = setTimeout(onLate, afterMs);
    },
    end: (): void => {
      isOver = true;
      clearTimeout(timer);
    },
  };
};
