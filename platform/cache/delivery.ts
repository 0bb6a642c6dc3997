import type { ChangedEntry } from './redis.ts';

export interface Delivery {
  /** Sends changes to Redis. Those that could not be sent are sent again, until nothing older can be cached. */
  deliver(entries: readonly ChangedEntry[]): Promise<void>;
  /** Whether Redis may still not know of a change to this entry. */
  isPending(key: string): boolean;
  close(): void;
}

export interface DeliveryOptions {
  /** Resolves with undefined when it may have failed. */
  send: (entries: readonly ChangedEntry[]) => Promise<unknown>;
  ttlMs: number;
}

interface Pending {
  version: bigint;
  /** From then on no older value can be cached. */
  overAt: number;
}

const everyMs = 250;
const batchSize = 500;
// Beyond this the oldest are given up: entries of them may be stale until they expire.
const maxPending = 10_000;

/** Keeps the changes that could not be sent to Redis, and sends them as soon as it answers. */
export const createDelivery = ({ send, ttlMs }: DeliveryOptions): Delivery => {
  const pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | undefined;
  const keep = (entries: readonly ChangedEntry[]) => {
    const overAt = performance.now() + ttlMs;
    for (const { key, version: text } of entries) {
      const version = BigInt(text);
      const known = pending.get(key);
      pending.delete(key);
      pending.set(
        key,
        known !== undefined && known.version > version ? known : { version, overAt },
      );
    }
    for (const key of pending.keys()) {
      if (pending.size <= maxPending) break;
      pending.delete(key);
    }
    if (pending.size > 0) timer ??= setTimeout(() => void retry(), everyMs).unref();
  };
  const retry = async () => {
    timer = undefined;
    const now = performance.now();
    for (const [key, { overAt }] of pending) if (overAt <= now) pending.delete(key);
    const batch = [...pending].slice(0, batchSize);
    const entries = batch.map(([key, { version }]) => ({ key, version: version.toString() }));
    if (entries.length > 0 && (await send(entries)) !== undefined)
      for (const [key, sent] of batch) if (pending.get(key) === sent) pending.delete(key);
    keep([]);
  };
  return {
    deliver: async (entries) => {
      if (entries.length === 0) return;
      if ((await send(entries)) === undefined) keep(entries);
    },
    isPending: (key) => pending.has(key),
    close: () => clearTimeout(timer),
  };
};
