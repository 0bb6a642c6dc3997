import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import type { Output } from '#platform/base/output.ts';
import { keepGreeting } from './clients/greeter.ts';
import { logMessage } from './clients/log.ts';
import { createPatience } from './clients/patience.ts';
import { createTelegram } from './clients/telegram.ts';
import type { Config } from './config.ts';
import type { Way } from './consumers.ts';
import { greeting } from './domain/templates.ts';

export interface WayParts {
  config: Config;
  logger: Logger;
  /** Where the logger writes. */
  output: Pick<Output, 'written'>;
  lifecycle: Lifecycle;
}

// a line costs little, also when it is said again
const linesTogether = 500;

/** Telegram when it is enabled, and then the bot answers, too; else, and before the chat is known, the log. */
export const openWay = ({ config, logger, output, lifecycle }: WayParts): Way => {
  const log: Way = { send: logMessage(logger, output), maxTogether: linesTogether };
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId } = config;
  if (!config.TELEGRAM_ENABLED || token === undefined) return log;
  const patience = createPatience(() => performance.now());
  const bot = { token, apiUrl: config.TELEGRAM_API_URL, patience };
  const send = createTelegram(bot);
  const answering = keepGreeting({ ...bot, send, greeting, logger }, lifecycle.stopping);
  lifecycle.onClose('bot', () => answering);
  if (chatId === undefined) {
    logger.warn('TELEGRAM_CHAT_ID is not set: messages are logged; /start tells the id of a chat');
    return log;
  }
  return { send: ({ text }) => send(chatId, text), maxTogether: 1 };
};
