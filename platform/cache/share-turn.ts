/**
 * Makes one call of `work` for all calls with the same key in the same turn of the event loop. It begins after the last
 * of them has asked, so nobody gets what was read before.
 */
export const shareTurn = <Key, Result>(
  work: (key: Key) => Promise<Result>,
): ((key: Key) => Promise<Result>) => {
  const open = new Map<Key, Promise<Result>>();
  return (key) => {
    const present = open.get(key);
    if (present !== undefined) return present;
    const result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      open.delete(key);
      return work(key);
    });
    open.set(key, result);
    return result;
  };
};
