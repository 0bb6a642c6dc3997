import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import type { Logger } from '../logger.ts';
import { isAway } from './call-error.ts';

export interface BreakerOptions {
  /** Tries in a row that found the service away, after which it is not asked any more. Default 10. */
  failures: number;
  /** When one call may try again. Default 2,000. */
  halfOpenAfterMs: number;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface Breaker {
  /**
   * Counts what rejects with `isAway`. While it is open it rejects at once; while one call tries whether
   * the service is back, the others wait for how that ends. An abort ends the waiting.
   */
  run<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface BreakerParts extends Partial<BreakerOptions> {
  name: string;
  logger: Logger;
  onState: (state: BreakerState) => void;
}

const states: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/** cockatiel's breaker: opens after failures in a row, closes with the first answer after that. */
export const createBreaker = (parts: BreakerParts): Breaker => {
  const { failures = 10, halfOpenAfterMs = 2_000, name, logger, onState } = parts;
  // What is thrown in a trial but not counted would close the breaker: a caller who left proves nothing.
  const counts = (error: unknown) => isAway(error) || policy.state === CircuitState.HalfOpen;
  const policy = circuitBreaker(handleWhen(counts), {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(failures),
  });
  policy.onStateChange((state) => onState(states[state]));
  policy.onBreak((cause) =>
    logger.warn(
      { client: name, err: 'error' in cause && cause.error },
      'service is away: not asked',
    ),
  );
  policy.onReset(() => logger.info({ client: name }, 'service is back'));
  onState('closed');
  return { run: (attempt, signal) => unlessAborted(policy.execute(attempt), signal) };
};

export const isBreakerOpen = isBrokenCircuitError;

/** cockatiel's waiting for a trial knows no abort. */
const unlessAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as throwIfAborted does
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (leave !== undefined) signal.removeEventListener('abort', leave);
  }
};
