/** How far a key is known: everything up to and including `after`. */
export interface Position<Key> {
  readonly key: Key;
  readonly after: bigint;
}

export interface Sequenced {
  readonly sequence: bigint;
}

/** Reads by key the rows after each key's sequence, ascending. Keys without rows may be omitted. */
export type ReadAfter<Key, Row> = (
  afterByKey: ReadonlyMap<Key, bigint>,
) => Promise<ReadonlyMap<Key, readonly Row[]>>;

export interface Waiters<Key, Row> {
  count(): number;
  /**
   * Resolves with the rows after a position, once they are found. Rejects with the reason when the signal
   * aborts.
   */
  wait(position: Position<Key>, signal: AbortSignal): Promise<readonly Row[]>;
  /** Reads once for all who wait now, and gives each its own rows. */
  serve(readAfter: ReadAfter<Key, Row>): Promise<void>;
  failAll(reason: Error): void;
}

interface Waiter<Key, Row> extends Position<Key> {
  take(rows: readonly Row[]): void;
  fail(reason: Error): void;
}

export const createWaiters = <Key, Row extends Sequenced>(): Waiters<Key, Row> => {
  const waiters = new Set<Waiter<Key, Row>>();
  return {
    count: () => waiters.size,
    wait: (position, signal) =>
      new Promise((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', giveUp);
        };
        const giveUp = () => waiter.fail(signal.reason as Error);
        const waiter: Waiter<Key, Row> = {
          ...position,
          take: (rows) => {
            leave();
            resolve(rows);
          },
          fail: (reason) => {
            leave();
            reject(reason);
          },
        };
        waiters.add(waiter);
        signal.addEventListener('abort', giveUp, { once: true });
        if (signal.aborted) giveUp();
      }),
    serve: async (readAfter) => {
      const asked = [...waiters];
      const found = await readAfter(lowestByKey(asked));
      for (const waiter of asked) {
        const rows = found.get(waiter.key)?.filter(({ sequence }) => sequence > waiter.after) ?? [];
        if (rows.length > 0 && waiters.has(waiter)) waiter.take(rows);
      }
    },
    failAll: (reason) => {
      for (const waiter of waiters) waiter.fail(reason);
    },
  };
};

const lowestByKey = <Key>(positions: readonly Position<Key>[]): Map<Key, bigint> => {
  const lowest = new Map<Key, bigint>();
  for (const { key, after } of positions) {
    const other = lowest.get(key);
    if (other === undefined || after < other) lowest.set(key, after);
  }
  return lowest;
};
