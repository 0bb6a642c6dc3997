import { Api } from 'grammy';
import type { Update } from 'grammy/types';
import { TryLater } from '#platform/messaging/inbox/try-later.ts';
import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { SendText } from './telegram.ts';
import type { RateLimit } from './rate-limit.ts';
import { applyRateLimit, TelegramError, toTelegramError } from './telegram-error.ts';

export interface GreeterOptions {
  token: string;
  apiUrl: string;
  send: SendText;
  rateLimit: RateLimit;
  greeting: (chatId: number) => string;
  logger: Logger;
}

const pollSec = 25;
const callLimitSec = pollSec + 10;
const emptyPauseMs = 200;
const backoff = { firstMs: 1_000, maxMs: 15_000 };
/** Telegram lets one process poll at a time and answers the others with this code. */
const conflict = 409;
const conflictPauseMs = 5_000;

/**
 * Answers `/start` until the signal aborts. Of several replicas only the one that polls answers; the others
 * try again every few seconds, and one of them takes over when it is gone. A greeting may be sent twice: the
 * next poll confirms what was read, and a replica that polls before that reads it again.
 */
export const keepGreeting = (options: GreeterOptions, signal: AbortSignal): Promise<void> => {
  const poll = createPoll(options, signal);
  const loop = { name: 'answering /start', logger: options.logger, backoff };
  return repeat(loop, signal, async () => {
    try {
      await poll();
    } catch (error) {
      if (error instanceof TryLater) return error.afterMs;
      if ((error as { code?: number }).code === conflict) return conflictPauseMs;
      throw error;
    }
  });
};

/**
 * Polls once. The offset moves past each update that was answered; the rest is read again by the next poll.
 */
const createPoll = (options: GreeterOptions, signal: AbortSignal) => {
  const { token, apiUrl, send, rateLimit, greeting } = options;
  const api = new Api(token, { apiRoot: apiUrl, timeoutSeconds: callLimitSec });
  // grammy's types name a polyfill of Node's AbortSignal
  const polyfilled = signal as never;
  let offset = 0;
  return async (): Promise<void> => {
    const query = { offset, timeout: pollSec, allowed_updates: ['message'] as const };
    const updates = await api.getUpdates(query, polyfilled).catch((error: unknown) => {
      const fault = toTelegramError(error, token);
      throw applyRateLimit(fault, rateLimit) ?? fault;
    });
    // Telegram holds an empty poll open; a proxy or test server in its place may answer at once
    if (updates.length === 0) await sleep(emptyPauseMs, signal);
    for (const update of updates) {
      const chatId = findStart(update);
      if (chatId !== undefined) await send(chatId, greeting(chatId)).catch(unlessRefused);
      offset = update.update_id + 1;
    }
  };
};

/**
 * Ignores a refusal, e.g. because a user has blocked the bot, so that others are still greeted. Throws every other
 * failure: the updates from there on are then read again.
 */
const unlessRefused = (error: unknown): void => {
  const { code = 0 } = error instanceof TelegramError ? error : {};
  if (code < 400 || code >= 500) throw error;
};

const findStart = ({ message }: Update): number | undefined =>
  /^\/start(@\w+)?(\s|$)/.test(message?.text ?? '') ? message?.chat.id : undefined;
