import type { ServiceContext } from '#platform/base/run-service.ts';
import { keepGreeting } from './greeter.ts';
import { logMessage } from './log.ts';
import { createRateLimit } from './rate-limit.ts';
import { createTelegram } from './telegram.ts';
import type { Config } from '../config.ts';
import type { Channel } from '../consumers/notifications.ts';
import { greeting } from '../domain/templates.ts';

// a log line is cheap, even when a retried transaction writes it again
const maxLines = 500;

/**
 * Opens the channel for messages: Telegram when it is enabled and the chat is known, otherwise the log. The bot that
 * answers `/start` runs whenever Telegram is enabled, because it tells the id of a chat.
 */
export const openChannel = (context: ServiceContext<Config>): Channel => {
  const { config, logger, output, lifecycle } = context;
  const log: Channel = { send: logMessage(logger, output), maxBatchSize: maxLines };
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId } = config;
  if (!config.TELEGRAM_ENABLED || token === undefined) return log;
  const rateLimit = createRateLimit(() => performance.now());
  const bot = { token, apiUrl: config.TELEGRAM_API_URL, rateLimit };
  const send = createTelegram(bot);
  const answering = keepGreeting({ ...bot, send, greeting, logger }, lifecycle.stopping);
  lifecycle.onClose('bot', () => answering);
  if (chatId === undefined) {
    logger.warn('TELEGRAM_CHAT_ID is not set: messages are logged; /start tells the id of a chat');
    return log;
  }
  return { send: ({ text }) => send(chatId, text), maxBatchSize: 1 };
};
