/** Does the work for many items at once; the results are in the order of the items. */
export type BatchWork<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/**
 * Makes one call of `work` for all items that are passed in the same turn of the event loop, up to
 * `maxBatchSize`; they fail together. Batches do not wait for each other, and a single item is not delayed.
 */
export const batched = <Item, Result>(
  work: BatchWork<Item, Result>,
  maxBatchSize: number,
): ((item: Item) => Promise<Result>) => {
  let open: { items: Item[]; results: Promise<readonly Result[]> } | undefined;

  const begin = () => {
    const items: Item[] = [];
    const turnEnds = new Promise<void>((resolve) => setImmediate(resolve));
    const mine = {
      items,
      results: turnEnds.then(() => {
        if (open === mine) open = undefined;
        return work(items);
      }),
    };
    return mine;
  };

  return async (item) => {
    if (open === undefined || open.items.length >= maxBatchSize) open = begin();
    const { items, results } = open;
    const index = items.push(item) - 1;
    return (await results)[index] as Result;
  };
};
