/** Looks up what there is for these keys, each named once. */
export type ReadMany<Key, Row> = (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Row>>;

// A statement with more keys gains nothing and keeps others from their connection.
const maxKeys = 256;

/**
 * Look-ups by key of the same turn of the event loop share one statement, and its failure. None waits for a
 * statement that is under way: each answer is from after its call. Alone, a look-up waits for nobody.
 */
export const readTogether = <Key, Row>(
  readMany: ReadMany<Key, Row>,
): ((key: Key) => Promise<Row | undefined>) => {
  let gathering: { keys: Set<Key>; rows: Promise<ReadonlyMap<Key, Row>> } | undefined;

  const gather = () => {
    const keys = new Set<Key>();
    const turnEnds = new Promise<void>((resolve) => setImmediate(resolve));
    const mine = {
      keys,
      rows: turnEnds.then(() => {
        if (gathering === mine) gathering = undefined;
        return readMany([...keys]);
      }),
    };
    return mine;
  };

  return async (key) => {
    if (gathering === undefined || gathering.keys.size >= maxKeys) gathering = gather();
    const { keys, rows } = gathering;
    keys.add(key);
    return (await rows).get(key);
  };
};
