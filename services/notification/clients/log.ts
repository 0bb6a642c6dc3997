import type { Logger } from '#platform/base/logger.ts';
import type { Output } from '#platform/base/output.ts';
import type { Message } from '../domain/message.ts';

/**
 * Writes the message to the log as one line, where Telegram is not used. Resolves when the line is written.
 */
export const logMessage =
  (logger: Logger, output: Pick<Output, 'written'>) =>
  ({ orderId, type, text }: Message): Promise<void> => {
    logger.info({ key: orderId, type, text }, 'notification');
    return output.written();
  };
