import { Api } from 'grammy';
import { inSpan } from '#platform/base/tracing/span.ts';
import { TryLater } from '#platform/messaging/inbox/try-later.ts';
import type { RateLimit } from './rate-limit.ts';
import { applyRateLimit, toTelegramError, rateLimited } from './telegram-error.ts';

export interface TelegramOptions {
  token: string;
  apiUrl: string;
  rateLimit: RateLimit;
}

/** Sends a text to a chat; resolves when Telegram has accepted it. */
export type SendText = (chatId: string | number, text: string) => Promise<void>;

// The call is awaited inside a transaction, which the server ends after 3 s without a statement.
const callLimitSec = 2;

/**
 * Rejects with TryLater when Telegram limits the rate, and with TryLater at once while that pause lasts.
 * Every other failure is a TelegramError; after one without an answer the text may have been delivered.
 */
export const createTelegram = ({ token, apiUrl, rateLimit }: TelegramOptions): SendText => {
  const api = new Api(token, { apiRoot: apiUrl, timeoutSeconds: callLimitSec });
  return async (chatId, text) => {
    const leftMs = rateLimit.leftMs();
    if (leftMs > 0) throw new TryLater(leftMs, rateLimited);
    try {
      await inSpan('telegram sendMessage', { kind: 'client' }, () => api.sendMessage(chatId, text));
    } catch (error) {
      const fault = toTelegramError(error, token);
      throw applyRateLimit(fault, rateLimit) ?? fault;
    }
  };
};
