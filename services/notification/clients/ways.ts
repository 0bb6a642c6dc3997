import type { ServiceContext } from '#platform/base/run-service.ts';
import { keepGreeting } from './greeter.ts';
import { logMessage } from './log.ts';
import { createPatience } from './patience.ts';
import { createTelegram } from './telegram.ts';
import type { Config } from '../config.ts';
import type { Way } from '../consumers/notifications.ts';
import { greeting } from '../domain/templates.ts';

// a line costs little, also when it is said again
const linesTogether = 500;

/** Telegram when it is enabled, and then the bot answers, too; else, and before the chat is known, the log. */
export const openWay = (context: ServiceContext<Config>): Way => {
  const { config, logger, output, lifecycle } = context;
  const log: Way = { send: logMessage(logger, output), maxBatchSize: linesTogether };
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
  return { send: ({ text }) => send(chatId, text), maxBatchSize: 1 };
};
