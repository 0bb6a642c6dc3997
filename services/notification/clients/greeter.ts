import { Api } from 'grammy';
import type { Update } from 'grammy/types';
import { TryLater } from '#platform/messaging/inbox/try-later.ts';
import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { SendText } from './telegram.ts';
import type { Patience } from './patience.ts';
import { obey, TelegramError, toTelegramError } from './telegram-error.ts';

export interface GreeterOptions {
  token: string;
  apiUrl: string;
  send: SendText;
  patience: Patience;
  greeting: (chatId: number) => string;
  logger: Logger;
}

const pollSec = 25;
const callLimitSec = pollSec + 10;
const emptyPauseMs = 200;
const backoff = { firstMs: 1_000, maxMs: 15_000 };
/** Telegram lets one process poll at a time and refuses the others with this code. */
const conflict = 409;
const conflictPauseMs = 5_000;

/**
 * Answers `/start` until the signal aborts. Of several replicas the one that polls answers; the others try
 * again every few seconds, and one of them goes on when it is gone. A greeting may be sent twice: what was read
 * is confirmed by the next poll, and a replica that polls before that reads it again.
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

/** One round: what was greeted is not asked for again, what Telegram had no time for is. */
const createPoll = (options: GreeterOptions, signal: AbortSignal) => {
  const { token, apiUrl, send, patience, greeting } = options;
  const api = new Api(token, { apiRoot: apiUrl, timeoutSeconds: callLimitSec });
  // grammy's types name a polyfill of what Node has
  const polyfilled = signal as never;
  let offset = 0;
  return async (): Promise<void> => {
    const query = { offset, timeout: pollSec, allowed_updates: ['message'] as const };
    const updates = await api.getUpdates(query, polyfilled).catch((error: unknown) => {
      const fault = toTelegramError(error, token);
      throw obey(fault, patience) ?? fault;
    });
    // Telegram waits itself before it says so; whatever stands in its place may not
    if (updates.length === 0) await sleep(emptyPauseMs, signal);
    for (const update of updates) {
      const chatId = findStart(update);
      if (chatId !== undefined) await send(chatId, greeting(chatId)).catch(unlessRefused);
      offset = update.update_id + 1;
    }
  };
};

/** Somebody who has blocked the bot again is not greeted, and holds up nobody; after a fault all come again. */
const unlessRefused = (error: unknown): void => {
  const { code = 0 } = error instanceof TelegramError ? error : {};
  if (code < 400 || code >= 500) throw error;
};

const findStart = ({ message }: Update): number | undefined =>
  /^\/start(@\w+)?(\s|$)/.test(message?.text ?? '') ? message?.chat.id : undefined;
