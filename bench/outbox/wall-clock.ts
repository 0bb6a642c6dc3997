/**
 * Returns the wall clock with fractions of a millisecond, which Date.now() truncates; it finds them by waiting for
 * the next tick of Date.now(). It is accurate for some minutes, as long as nobody sets the clock.
 */
export const readWallClock = (): (() => number) => {
  const beforeMs = Date.now();
  let tickMs = beforeMs;
  while (tickMs === beforeMs) tickMs = Date.now();
  const offsetMs = tickMs - performance.now();
  return () => performance.now() + offsetMs;
};
