import { median, percentile } from './outbox/statistics.ts';

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

export interface SteadyCalls extends Omit<SteadyLoad, 'send'> {
  call: (number: number) => Promise<unknown>;
}

/** What became of steady calls; latencies are in milliseconds from the moment at which a call was due. */
export interface Called {
  calls: number;
  failures: number;
  /** Why the first of them failed. */
  failure?: string | undefined;
  p50: number;
  p99: number;
}

/** Makes the calls that are due; a failed one counts, and does not end the load. */
export const callSteadily = async ({ call, ...load }: SteadyCalls): Promise<Called> => {
  const latencies: number[] = [];
  const failures: string[] = [];
  const send = async (number: number, dueMs: number) => {
    await call(number).catch((error: unknown) => failures.push(String(error)));
    latencies.push(performance.now() - dueMs);
  };
  await sendSteadily({ ...load, send });
  return {
    calls: latencies.length,
    failures: failures.length,
    failure: failures[0],
    p50: median(latencies),
    p99: percentile(latencies, 0.99),
  };
};
