import type { Logger } from '#platform/logger.ts';
import type { Message } from '../domain/message.ts';

/** Says the message in the log, one line: where there is no Telegram. */
export const logMessage =
  (logger: Logger) =>
  ({ orderId, type, text }: Message): Promise<void> => {
    logger.info({ order_id: orderId, type, text }, 'notification');
    return Promise.resolve();
  };
