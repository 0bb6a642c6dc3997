import { median, percentile } from './outbox/statistics.ts';

/** A load that does not wait for answers: calls are sent when they are due, `perSecond` of them. */
export interface SteadyLoad {
  perSecond: number;
  /** For how long; without it, until the signal aborts. */
  seconds?: number;
  signal?: AbortSignal;
  /** Sends one call; its latency counts from the moment at which it was due, by the monotonic clock. */
  send: (number: number, dueMs: number) => Promise<void>;
}

/** Sends what is due every millisecond; resolves when all calls are answered. */
export const sendSteadily = async ({
  perSecond,
  seconds = Infinity,
  signal,
  send,
}: SteadyLoad): Promise<void> => {
  const startMs = performance.now();
  const open = new Set<Promise<void>>();
  const total = perSecond * seconds;
  let sent = 0;
  while (sent < total && signal?.aborted !== true) {
    const elapsedMs = performance.now() - startMs;
    const due = Math.min(total, Math.floor((elapsedMs * perSecond) / 1_000));
    for (; sent < due; sent += 1) {
      const call = send(sent, startMs + (sent * 1_000) / perSecond).finally(() =>
        open.delete(call),
      );
      open.add(call);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
};

export interface SteadyCalls extends Pick<SteadyLoad, 'perSecond'> {
  seconds: number;
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
