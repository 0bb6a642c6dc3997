import type { Message } from '../domain/message.ts';

export interface NotifyDeps {
  /** Resolves when the message is out. */
  send: (message: Message) => Promise<void>;
}

/** Sends messages one after the other; the first that fails ends it. */
export const notify =
  ({ send }: NotifyDeps) =>
  async (messages: readonly Message[]): Promise<void> => {
    for (const message of messages) await send(message);
  };
