/** An iteration whose waiting can be ended from outside, even if the source never answers. */
export interface Interruptible<T> {
  /** Once, before `next`. After an `end` it starts nothing. */
  start(source: () => AsyncIterable<T>): void;
  /** Rejects with what `end` was given. */
  next(): Promise<IteratorResult<T>>;
  /** Lets go of the source, and of whoever waits for the next one. */
  end(reason?: Error): void;
}

export const createInterruptible = <T>(): Interruptible<T> => {
  let iterator: AsyncIterator<T> | undefined;
  let ended: { reason: Error | undefined } | undefined;
  // Of the one `next` that waits: a race with one promise for all of them would keep each of them.
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
      // Not awaited: a generator that waits for something else would hold its reader up.
      iterator?.return?.().catch(() => undefined);
    },
  };
};
