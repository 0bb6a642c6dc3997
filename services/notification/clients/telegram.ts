import { Api } from 'grammy';
import { TryLater } from '#platform/messaging/inbox/try-later.ts';
import type { Patience } from './patience.ts';
import { obey, toTelegramError, waitWords } from './telegram-error.ts';

export interface TelegramOptions {
  token: string;
  apiUrl: string;
  patience: Patience;
}

/** Sends a text to a chat; resolves when Telegram has taken it. */
export type SendText = (chatId: string | number, text: string) => Promise<void>;

// It is waited for inside a transaction, which the server ends after 3 s without a statement.
const callLimitSec = 2;

/**
 * Rejects with TryLater when Telegram asks for patience, and from then on at once until the time is over,
 * whoever sends. Whatever else goes wrong is a TelegramError; after one without an answer the text may be out.
 */
export const createTelegram = ({ token, apiUrl, patience }: TelegramOptions): SendText => {
  const api = new Api(token, { apiRoot: apiUrl, timeoutSeconds: callLimitSec });
  return async (chatId, text) => {
    const leftMs = patience.leftMs();
    if (leftMs > 0) throw new TryLater(leftMs, waitWords);
    try {
      await api.sendMessage(chatId, text);
    } catch (error) {
      const fault = toTelegramError(error, token);
      throw obey(fault, patience) ?? fault;
    }
  };
};
