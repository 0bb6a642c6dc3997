/**
 * The wall clock with fractions of a millisecond, which Date.now() cuts off: found by waiting for its next
 * tick. Good for minutes, until somebody sets the clock.
 */
export const readWallClock = (): (() => number) => {
  const beforeMs = Date.now();
  let tickMs = beforeMs;
  while (tickMs === beforeMs) tickMs = Date.now();
  const offsetMs = tickMs - performance.now();
  return () => performance.now() + offsetMs;
};
