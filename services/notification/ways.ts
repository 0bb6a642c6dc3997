import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
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
  lifecycle: Lifecycle;
}

// a line costs little, also when it is said again
const linesTogether = 500;

/** Telegram when it is enabled, and then the bot answers, too; else the log. */
export const openWay = ({ config, logger, lifecycle }: WayParts): Way => {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId } = config;
  if (!config.TELEGRAM_ENABLED || token === undefined || chatId === undefined)
    return { send: logMessage(logger), maxTogether: linesTogether };
  const bot = { token, apiUrl: config.TELEGRAM_API_URL };
  const send = createTelegram({ ...bot, patience: createPatience(() => performance.now()) });
  const answering = keepGreeting({ ...bot, send, greeting, logger }, lifecycle.stopping);
  lifecycle.onClose('bot', () => answering);
  return { send: ({ text }) => send(chatId, text), maxTogether: 1 };
};
