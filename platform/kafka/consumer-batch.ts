import type { EachBatchPayload } from 'kafkajs';
import { backoffMs } from '../backoff.ts';
import { sleep } from '../sleep.ts';
import type { Commits } from './commits.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import { toReceivedMessage, type ReceivedMessage } from './message.ts';

type BatchOptions = Pick<
  ConsumerOptions,
  'handle' | 'maxMessages' | 'gatherMs' | 'heartbeatIntervalMs' | 'logger' | 'onLag'
>;

const retry = { firstMs: 100, maxMs: 5_000 };

/**
 * Hands what was fetched from one partition to `handle`, piece by piece, and commits once: also what was
 * handled before a stop, a failure or the loss of the partition.
 */
export const createBatchHandler = (
  options: BatchOptions,
  commits: Pick<Commits, 'handled'>,
  signal: AbortSignal,
) => {
  const handleOrHold = createPieceHandler(options, signal);
  const { maxMessages = 1, gatherMs = 0 } = options;
  const gather = ({ batch }: EachBatchPayload): Promise<void> | undefined =>
    gatherMs > 0 && batch.messages.length < maxMessages ? sleep(gatherMs, signal) : undefined;
  return async (payload: EachBatchPayload): Promise<void> => {
    let next: bigint | undefined;
    try {
      for (const piece of piecesOf(payload, maxMessages)) {
        const mayGoOn = !signal.aborted && payload.isRunning() && !payload.isStale();
        if (!mayGoOn || !(await handleOrHold(payload, piece))) break;
        const last = piece.at(-1)?.offset ?? 0n;
        payload.resolveOffset(String(last));
        next = last + 1n;
        // rejects when the group is lost, and kafkajs must hear of that to join again
        await payload.heartbeat();
      }
    } finally {
      if (next !== undefined) await commits.handled(payload, next);
      reportLag(options, payload, next);
    }
    // the next fetch waits for this
    await gather(payload);
  };
};

/** Tells whether the piece was handled; if not, its partition is held for a while and then read again from there. */
const createPieceHandler = (options: BatchOptions, signal: AbortSignal) => {
  const { handle, heartbeatIntervalMs = 500, logger } = options;
  const failures = new Map<string, number>();
  return async (payload: EachBatchPayload, piece: readonly ReceivedMessage[]): Promise<boolean> => {
    const { topic, partition } = payload.batch;
    const name = `${topic}/${partition}`;
    try {
      await withHeartbeat(() => handle(piece), payload, heartbeatIntervalMs);
      failures.delete(name);
      return true;
    } catch (error) {
      const attempt = (failures.get(name) ?? 0) + 1;
      failures.set(name, attempt);
      const waitMs = backoffMs(attempt, retry);
      const offset = String(piece[0]?.offset);
      logger.error({ err: error, topic, partition, offset, attempt, waitMs }, 'handling failed');
      const resume = payload.pause();
      void sleep(waitMs, signal).then(resume);
      return false;
    }
  };
};

const reportLag = (
  { onLag }: BatchOptions,
  { batch }: EachBatchPayload,
  next: bigint | undefined,
): void => {
  const from = next ?? BigInt(batch.firstOffset() ?? batch.highWatermark);
  onLag?.(batch, Number(BigInt(batch.highWatermark) - from));
};

const piecesOf = ({ batch }: EachBatchPayload, size: number): ReceivedMessage[][] => {
  const messages = batch.messages.map((message) => toReceivedMessage(batch, message));
  const count = Math.ceil(messages.length / size);
  return Array.from({ length: count }, (_, n) => messages.slice(n * size, (n + 1) * size));
};

/** Long work must not look like death. A beat that fails is heard of at the one after the work. */
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
