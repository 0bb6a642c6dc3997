import { batched } from '../../base/batched.ts';
import type { ReceivedMessage } from '../kafka/message.ts';

type Batch = readonly ReceivedMessage[];
type Handle = (messages: Batch) => Promise<void>;

// what is handled together is at most one batch of the usual size
const mostTogether = 8;

/**
 * Passes small batches that come at once, of the partitions that one fetch has brought, to `handle` as one, so that they
 * share a transaction: with many small ones, transactions would cost the most. They fail together.
 */
export const handleTogether = (handle: Handle, maxBatchSize: number): Handle => {
  const together = batched(async (batches: readonly Batch[]) => {
    // always in the order of the partitions, so that two processes cannot deadlock
    await handle(batches.toSorted(byPartition).flat());
    return batches;
  }, mostTogether);
  return async (messages) => {
    if (messages.length * mostTogether > maxBatchSize) await handle(messages);
    else await together(messages);
  };
};

const byPartition = ([one]: Batch, [other]: Batch): number =>
  (one?.partition ?? 0) - (other?.partition ?? 0);
