import { activeSpan, runIn, type Span } from './tracing/span.ts';

/** Does the work for many items at once; the results are in the order of the items. */
export type BatchWork<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/**
 * Makes one call of `work` for all items that are passed in the same turn of the event loop, up to
 * `maxBatchSize`; they fail together. Batches do not wait for each other, and a single item is not delayed; with
 * `isOneAtATime` a batch waits for the one before it, and takes what is passed meanwhile. In a trace the work is a part of
 * the first item that is recorded.
 */
export const batched = <Item, Result>(
  work: BatchWork<Item, Result>,
  maxBatchSize: number,
  { isOneAtATime = false } = {},
): ((item: Item) => Promise<Result>) => {
  let open: Batch<Item, Result> | undefined;
  let before: Promise<unknown> = Promise.resolve();

  const begin = () => {
    const items: Item[] = [];
    const turnEnds = new Promise<void>((resolve) => setImmediate(resolve));
    const begins = isOneAtATime ? before.then(() => turnEnds) : turnEnds;
    const mine: Batch<Item, Result> = {
      items,
      span: undefined,
      results: begins.then(() => {
        if (open === mine) open = undefined;
        return runIn(mine.span, () => work(items));
      }),
    };
    if (isOneAtATime) before = mine.results.catch(() => undefined);
    return mine;
  };

  return async (item) => {
    if (open === undefined || open.items.length >= maxBatchSize) open = begin();
    open.span ??= activeSpan();
    const { items, results } = open;
    const index = items.push(item) - 1;
    return (await results)[index] as Result;
  };
};

interface Batch<Item, Result> {
  items: Item[];
  span: Span | undefined;
  results: Promise<readonly Result[]>;
}
