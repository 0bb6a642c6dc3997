/** Does the work for many items at once; the results come in the order of the items. */
export type BatchWork<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/**
 * Makes one call of `work` for all items that are passed in one turn of the event loop, up to `maxBatchSize`
 * of them; they fail together. A batch waits for no other one, and a single item waits for nobody.
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
