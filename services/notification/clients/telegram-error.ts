import { GrammyError, HttpError } from 'grammy';
import { TryLater } from '#platform/messaging/inbox/try-later.ts';
import type { RateLimit } from './rate-limit.ts';

/** A failed call of the Bot API. It never contains the token. */
export class TelegramError extends Error {
  override readonly name = 'TelegramError';
  /** The error code of Telegram; undefined when Telegram did not answer. */
  readonly code: number | undefined;
  /** How long Telegram asks to wait before the next request. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, code?: number, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Drops the original error instead of keeping it as the cause: the URL of each call contains the token, and
 * errors of the HTTP client contain the URL.
 */
export const toTelegramError = (error: unknown, token: string): TelegramError => {
  const message = (text: string) => withoutToken(text, token);
  if (error instanceof GrammyError) {
    const { error_code: code, description, parameters, method } = error;
    const retryAfterMs = code === tooManyRequests ? retryAfterOf(parameters) : undefined;
    const words = message(`Telegram refused ${method}: ${code} ${description}`);
    return new TelegramError(words, code, retryAfterMs);
  }
  const fault = error instanceof HttpError ? error.error : error;
  const words = Error.isError(fault) ? fault.message : String(fault);
  return new TelegramError(message(`Telegram did not answer: ${words}`));
};

/**
 * When Telegram limits the rate, pauses all requests for as long as it asks, and returns the TryLater to
 * throw.
 */
export const applyRateLimit = (
  fault: TelegramError,
  rateLimit: RateLimit,
): TryLater | undefined => {
  if (fault.retryAfterMs === undefined) return undefined;
  rateLimit.pauseFor(fault.retryAfterMs);
  return new TryLater(fault.retryAfterMs, rateLimited);
};

export const rateLimited = 'Telegram limits the rate of requests';

const tooManyRequests = 429;
// used when Telegram limits the rate without saying for how long
const defaultRetryAfterSec = 5;

const retryAfterOf = ({ retry_after: seconds = defaultRetryAfterSec }): number =>
  Math.max(1, seconds) * 1_000;

/** The part after the colon is the secret; the colon may be percent-encoded. */
const withoutToken = (text: string, token: string): string =>
  text.replaceAll(token, '***').replaceAll(token.slice(token.indexOf(':') + 1), '***');
