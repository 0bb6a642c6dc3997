/** A load that does not wait for answers: calls are sent when they are due, `perSecond` of them. */
export interface SteadyLoad {
  perSecond: number;
  seconds: number;
  /** Sends one call; its latency counts from the moment at which it was due, by the monotonic clock. */
  send: (number: number, dueMs: number) => Promise<void>;
}

/** Sends what is due every millisecond; resolves when all calls are answered. */
export const sendSteadily = async ({ perSecond, seconds, send }: SteadyLoad): Promise<void> => {
  const startMs = performance.now();
  const open: Promise<void>[] = [];
  const total = perSecond * seconds;
  while (open.length < total) {
    const elapsedMs = performance.now() - startMs;
    const due = Math.min(total, Math.floor((elapsedMs * perSecond) / 1_000));
    while (open.length < due)
      open.push(send(open.length, startMs + (open.length * 1_000) / perSecond));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
};
