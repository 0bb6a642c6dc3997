/** Does for all items what is asked for each; the results come in the same order. */
export type DoTogether<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/**
 * What is asked for in one turn of the event loop is done together, `most` items at a time, and fails
 * together. Nothing waits for what is under way, and an item that is alone waits for nobody.
 */
export const gather = <Item, Result>(
  doTogether: DoTogether<Item, Result>,
  most: number,
): ((item: Item) => Promise<Result>) => {
  let gathering: { items: Item[]; results: Promise<readonly Result[]> } | undefined;

  const begin = () => {
    const items: Item[] = [];
    const turnEnds = new Promise<void>((resolve) => setImmediate(resolve));
    const mine = {
      items,
      results: turnEnds.then(() => {
        if (gathering === mine) gathering = undefined;
        return doTogether(items);
      }),
    };
    return mine;
  };

  return async (item) => {
    if (gathering === undefined || gathering.items.length >= most) gathering = begin();
    const { items, results } = gathering;
    const place = items.push(item) - 1;
    return (await results)[place] as Result;
  };
};
