import { z } from 'zod';
import { duration } from '../../base/config.ts';

export const maxAttempts = z.coerce.number().int().min(1).max(20);

/** Settings of a service that reads events: the number of attempts, and the wait after the first one that fails. */
export const retrySettings = {
  KAFKA_RETRY_MAX_ATTEMPTS: maxAttempts
    .default(4)
    .describe('How often an event that fails is tried before it becomes a dead letter.'),
  KAFKA_RETRY_BACKOFF_BASE: duration
    .prefault('1s')
    .describe('The wait after the first attempt; it doubles with each.'),
};
