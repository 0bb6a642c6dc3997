/** Resolves when the thing checked can be used; rejects, or takes too long, when it cannot. */
export type ReadinessCheck = (() => Promise<unknown>) & { isReportOnly?: true };

/**
 * Marks checks whose failures are reported while the process stays ready, because its servers still answer.
 */
export const reportOnly = <Name extends string>(
  checks: Readonly<Record<Name, () => Promise<unknown>>>,
): Record<Name, ReadinessCheck> =>
  Object.fromEntries(
    Object.entries<() => Promise<unknown>>(checks).map(([name, check]) => [
      name,
      Object.assign(() => check(), { isReportOnly: true as const }),
    ]),
  ) as Record<Name, ReadinessCheck>;

export interface ReadinessReport {
  ready: boolean;
  /** `ok` or the reason of the failure, by the name of the check. */
  checks: Record<string, string>;
}

export interface ReadinessOptions {
  checks: Readonly<Record<string, ReadinessCheck>>;
  /** Once aborted, the process is not ready any more, whatever the checks say. */
  stopping: AbortSignal;
  /** How long one check may take, in milliseconds. Default 2,000. */
  timeoutMs?: number;
}

export interface Readiness {
  readonly stopping: AbortSignal;
  /** Runs all checks in parallel and never rejects. Concurrent callers share one round. */
  report(): Promise<ReadinessReport>;
}

/** Creates the report whether the process can do its work now. */
export const createReadiness = (options: ReadinessOptions): Readiness => {
  const { checks, stopping, timeoutMs = 2_000 } = options;
  let round: Promise<ReadinessReport> | undefined;

  const runAll = async (): Promise<ReadinessReport> => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcome(check, timeoutMs)]),
    );
    const report = Object.fromEntries(results) as Record<string, string>;
    const counts = ([name, result]: [string, string]) =>
      result !== 'ok' && checks[name]?.isReportOnly !== true;
    return { ready: !Object.entries(report).some(counts), checks: report };
  };

  return {
    stopping,
    report: async () => {
      if (stopping.aborted) return { ready: false, checks: { process: 'is stopping' } };
      round ??= runAll().finally(() => (round = undefined));
      return round;
    },
  };
};

const outcome = async (check: ReadinessCheck, timeoutMs: number): Promise<string> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs);
  });
  const answer = Promise.resolve()
    .then(check)
    .then(
      () => 'ok',
      (error: unknown) => (error instanceof Error ? error.message || error.name : String(error)),
    );
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
};
