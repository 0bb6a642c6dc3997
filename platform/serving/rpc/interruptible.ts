/** An iteration whose waiting can be ended from outside, even if the source never answers. */
export interface Interruptible<T> {
  /** Called once, before `next`. After an `end` it starts nothing. */
  start(source: () => AsyncIterable<T>): void;
  /** Rejects with the argument of `end`. */
  next(): Promise<IteratorResult<T>>;
  /** Releases the source, and whoever waits for the next item. */
  end(reason?: Error): void;
}

export const createInterruptible = <T>(): Interruptible<T> => {
  let iterator: AsyncIterator<T> | undefined;
  let ended: { reason: Error | undefined } | undefined;
  // Belongs to the `next` that waits: racing all of them against one promise would keep each in memory.
  let interrupt: (reason: Error | undefined) => void = () => undefined;
  return {
    start: (source) => {
      if (ended === undefined) iterator = source()[Symbol.asyncIterator]();
    },
    next: () =>
      new Promise((resolve, reject) => {
        interrupt = reject;
        if (ended !== undefined) reject(ended.reason ?? new Error('the iteration has ended'));
        else if (iterator === undefined) reject(new Error('the iteration was not started'));
        else iterator.next().then(resolve, reject);
      }),
    end: (reason) => {
      ended ??= { reason };
      interrupt(reason);
      // Not awaited: a generator that waits for something else would hold up its reader.
      iterator?.return?.().catch(() => undefined);
    },
  };
};
