import type { EachBatchPayload } from 'kafkajs';
import { toLoggedError } from '../../base/logged-error.ts';
import { sleep } from '../../base/sleep.ts';
import type { Commits } from './commits.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import type { Holds } from './holds.ts';
import { toReceivedMessage, type ReceivedMessage } from './message.ts';
import { skipMissing } from './missing-offsets.ts';
import {
  faultOf,
  faultWords,
  fetchedOffsetOf,
  isNothingThere,
  mayPass,
  type PartitionFault,
} from './partition-fault.ts';

export interface BatchOptions extends Pick<
  ConsumerOptions,
  | 'handle'
  | 'isWanted'
  | 'maxMessages'
  | 'lingerMs'
  | 'heartbeatIntervalMs'
  | 'logger'
  | 'groupId'
  | 'onLag'
  | 'onMissing'
> {
  holds: Holds;
}

// A failing handler or broker may work again at any moment; for a broken batch this is unlikely.
const maxWaitMs = { failure: 5_000, brokenBatch: 30_000 };

/**
 * Passes the messages fetched from one partition to `handle`, piece by piece, and commits once, also for the pieces
 * handled before a stop, a failure or the loss of the partition. A partition that cannot be read is held.
 */
export const createBatchHandler = (
  options: BatchOptions,
  commits: Pick<Commits, 'handled'>,
  signal: AbortSignal,
) => {
  const handleAll = createPiecesHandler(options, signal);
  const { maxMessages = 1, lingerMs = 0 } = options;
  const linger = ({ batch }: EachBatchPayload, { hasHandled }: Progress) =>
    lingerMs > 0 && batch.messages.length < maxMessages
      ? sleep(hasHandled ? lingerMs : lingerMs / 4, signal)
      : undefined;
  return async (payload: EachBatchPayload): Promise<void> => {
    const fault = faultOf(payload.batch);
    if (fault !== undefined) {
      await skipOrHold({ ...options, commits }, payload, fault);
      return;
    }
    if (isNothingThere(payload.batch)) {
      options.holds.release(payload.batch);
      reportLag(options, payload, undefined);
      return;
    }
    const progress: Progress = { next: undefined, hasHandled: false };
    try {
      await handleAll(payload, progress);
    } finally {
      if (progress.next !== undefined) await commits.handled(payload, progress.next);
      reportLag(options, payload, progress.next);
    }
    // kafkajs fetches again only after this wait.
    await linger(payload, progress);
  };
};

interface Progress {
  /** The first offset that was not handled; undefined when nothing was. */
  next: bigint | undefined;
  /** Whether some messages were passed on, and handled. */
  hasHandled: boolean;
}

const createPiecesHandler = (options: BatchOptions, signal: AbortSignal) => {
  const handleOrHold = createPieceHandler(options);
  const { holds } = options;
  return async (payload: EachBatchPayload, progress: Progress): Promise<void> => {
    const { batch } = payload;
    const advanceTo = (last: bigint): void => {
      payload.resolveOffset(String(last));
      progress.next = last + 1n;
      holds.release(batch);
    };
    for (const piece of piecesOf(payload, options)) {
      const mayGoOn = !signal.aborted && payload.isRunning() && !payload.isStale();
      if (!mayGoOn || !(await handleOrHold(payload, piece))) return;
      advanceTo(piece.at(-1)?.offset ?? 0n);
      progress.hasHandled = true;
      // This rejects when the group is lost, and kafkajs must get the rejection in order to rejoin.
      await payload.heartbeat();
    }
    // The last message may be followed by offsets without a message: the end of a transaction, or offsets that
    // compaction has emptied.
    advanceTo(BigInt(batch.lastOffset()));
  };
};

/**
 * Returns whether the piece was handled; if not, its partition is held for a while and then read again from
 * there.
 */
const createPieceHandler = ({ handle, heartbeatIntervalMs = 500, holds }: BatchOptions) => {
  return async (payload: EachBatchPayload, piece: readonly ReceivedMessage[]): Promise<boolean> => {
    try {
      await withHeartbeat(() => handle(piece), payload, heartbeatIntervalMs);
      return true;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const offset = piece[0]?.offset ?? 0n;
      const cause = `handling failed: ${toLoggedError(error).message}`;
      holds.hold(payload, { offset, cause, error, maxMs: maxWaitMs.failure });
      return false;
    }
  };
};

type FaultOptions = BatchOptions & { commits: Pick<Commits, 'handled'> };

const skipOrHold = async (
  options: FaultOptions,
  payload: EachBatchPayload,
  fault: PartitionFault,
): Promise<void> => {
  const { batch } = payload;
  const offset = fetchedOffsetOf(batch);
  if (fault.error.type === 'OFFSET_OUT_OF_RANGE' && (await skipMissing(options, payload))) {
    options.holds.release(batch);
    return;
  }
  const maxMs = mayPass(fault) ? maxWaitMs.failure : maxWaitMs.brokenBatch;
  options.holds.hold(payload, { offset, cause: faultWords(fault), error: fault.error, maxMs });
  // When the broker answered with an error, the end of the partition is unknown.
  if (BigInt(batch.highWatermark) >= 0n) reportLag(options, payload, offset);
};

const reportLag = (
  { onLag }: BatchOptions,
  { batch }: EachBatchPayload,
  next: bigint | undefined,
): void => {
  const from = next ?? BigInt(batch.firstOffset() ?? batch.highWatermark);
  onLag?.(batch, Number(BigInt(batch.highWatermark) - from));
};

const piecesOf = (
  { batch }: EachBatchPayload,
  { maxMessages: size = 1, isWanted = () => true }: BatchOptions,
): ReceivedMessage[][] => {
  const messages = batch.messages
    .map((message) => toReceivedMessage(batch, message))
    .filter(isWanted);
  const count = Math.ceil(messages.length / size);
  return Array.from({ length: count }, (_, n) => messages.slice(n * size, (n + 1) * size));
};

/** Sends heartbeats during long work. A heartbeat that fails is reported by the one after the work. */
const withHeartbeat = async (
  work: () => Promise<void> | void,
  payload: EachBatchPayload,
  intervalMs: number,
): Promise<void> => {
  const beat = () => void payload.heartbeat().catch(() => undefined);
  const beats = setInterval(beat, intervalMs);
  try {
    await work();
  } finally {
    clearInterval(beats);
  }
};
