import { GrammyError, HttpError } from 'grammy';
import { TryLater } from '#platform/messaging/inbox/try-later.ts';
import type { Patience } from './patience.ts';

/** A call of the Bot API that did not succeed. Nothing of it holds the token. */
export class TelegramError extends Error {
  override readonly name = 'TelegramError';
  /** Telegram's error code; undefined when it did not answer. */
  readonly code: number | undefined;
  /** Telegram asks for that much patience. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, code?: number, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Without the original as its cause: the address of each call has the token in it, and the errors of the
 * HTTP client tell the address.
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

/** Telegram asks for patience: whoever calls it waits until the time is over, and says so with TryLater. */
export const obey = (fault: TelegramError, patience: Patience): TryLater | undefined => {
  if (fault.retryAfterMs === undefined) return undefined;
  patience.keep(fault.retryAfterMs);
  return new TryLater(fault.retryAfterMs, waitWords);
};

export const waitWords = 'Telegram asks for patience';

const tooManyRequests = 429;
// when Telegram asks for patience and does not say how much
const defaultRetryAfterSec = 5;

const retryAfterOf = ({ retry_after: seconds = defaultRetryAfterSec }): number =>
  Math.max(1, seconds) * 1_000;

/** The part after the colon is the secret; the colon may come escaped. */
const withoutToken = (text: string, token: string): string =>
  text.replaceAll(token, '***').replaceAll(token.slice(token.indexOf(':') + 1), '***');
