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

/** A part of a partition that is to be read. */
export interface Span {
  topic: string;
  partition: number;
  /** The first offset that was not read yet. */
  next: bigint;
  /** Where the partition ended when the reading began. */
  end: bigint;
}

/** A stretch of a span that is passed over: nobody can read it, or it was deleted meanwhile. */
export interface Unreadable {
  topic: string;
  partition: number;
  from: bigint;
  /** The first offset behind it. */
  to: bigint;
  cause: string;
}

export interface ReadSpans {
  kafka: Kafka;
  spans: readonly Span[];
  /** Ends the reading, also when it is not at the ends. */
  signal: AbortSignal;
  onMessages: (span: Span, messages: readonly KafkaMessage[]) => void;
  onUnreadable: (part: Unreadable) => void;
  /** Told of each move. It ends the reading by its signal when it has enough. */
  onMoved: () => void;
  /** Before the ends are reached, something must move within this time. Default 30,000. */
  patienceMs?: number;
}

const disconnectLimitMs = 3_000;
const againMs = 200;

/**
 * Reads spans, and on after their ends, until the signal aborts. Passes over what cannot be read, and tells it;
 * rejects in words when nothing moves for too long. Changes no group's offsets.
 */
export const readSpans = async (options: ReadSpans): Promise<void> => {
  const { kafka, spans, signal, patienceMs = 30_000 } = options;
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const ended = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => ended.resolve(undefined), { once: true });
  // a crash that kafkajs mends by itself, e.g. a coordinator that is still loading, is none
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) ended.reject(payload.error);
  });
  // at each: what was read is committed to no group, so it begins with all that is kept
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
    // connecting may take for ever, too
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
      // what is fetched before the seek takes effect
      onMessages(
        span,
        batch.messages.filter(({ offset }) => BigInt(offset) >= span.next),
      );
      const behind = BigInt(batch.lastOffset()) + 1n;
      if (behind > span.next) span.next = behind;
    }
    moved();
  };

/** What is to be passed over; undefined: the broker may say something else soon. */
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
  // a broken batch may tell anything of its end, and one at the end of the partition not how long it is
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
