import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import type { Logger } from '../../base/logger.ts';
import { isAway } from './call-error.ts';

export interface BreakerOptions {
  /**
   * After so many consecutive tries that found the service unavailable, it is no longer called. Default 10.
   */
  failures: number;
  /** After this time one call may try again. Default 2,000. */
  halfOpenAfterMs: number;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface Breaker {
  /**
   * Counts rejections for which `isAway` is true. While it is open, and while one call tries whether the
   * service is back, it rejects at once.
   */
  run<T>(attempt: () => Promise<T>): Promise<T>;
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

/** cockatiel's breaker: opens after consecutive failures, closes with the first answer after that. */
export const createBreaker = (parts: BreakerParts): Breaker => {
  const { failures = 10, halfOpenAfterMs = 2_000, name, logger, onState } = parts;
  // An error that is thrown in a trial but not counted would close the breaker, although a caller who left
  // proves nothing.
  const counts = (error: unknown) => isAway(error) || policy.state === CircuitState.HalfOpen;
  const policy = circuitBreaker(handleWhen(counts), {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(failures),
  });
  policy.onStateChange((state) => onState(states[state]));
  policy.onBreak((cause) =>
    logger.warn(
      { client: name, err: 'error' in cause && cause.error },
      'the circuit breaker has opened; the service is not called',
    ),
  );
  policy.onReset(() =>
    logger.info({ client: name }, 'the circuit breaker has closed; the service answers again'),
  );
  onState('closed');
  return {
    run: async (attempt) => {
      // cockatiel would wait for the end of the trial, which may take longer than the caller's own deadline.
      if (policy.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
      return policy.execute(attempt);
    },
  };
};

export const isBreakerOpen = isBrokenCircuitError;
