import type { ReadableService } from './show-consumers.ts';

/** What waits for a consumer, and what it gave up. */
export interface ConsumerStatus {
  service: string;
  consumer: string;
  topic: string;
  parkedKeys: number;
  /** Of these, whose first message was given up and holds up the rest. */
  blockedKeys: number;
  oldestParkedSeconds: number;
  /** Given up, and neither redriven nor discarded. */
  deadLetters: number;
  /** Undefined: long ago. */
  lastTakenAt: Date | undefined;
  isCapped: boolean;
  /** Keys whose first message is to become a dead letter that is not written yet. */
  lettersWaiting: number;
  oldestLetterSeconds: number;
  /** Why one could not be written, with its topic; empty: none has failed. */
  letterError: string;
}

export interface ShowInboxStatusDeps {
  listServices: () => Promise<ReadableService[]>;
  countInbox: (service: string) => Promise<ConsumerStatus[]>;
}

/** What waits and what was given up, per consumer. */
export const showInboxStatus =
  ({ listServices, countInbox }: ShowInboxStatusDeps) =>
  async (): Promise<ConsumerStatus[]> => {
    const inboxes = (await listServices()).filter(({ hasInbox }) => hasInbox);
    return (await Promise.all(inboxes.map(({ name }) => countInbox(name)))).flat();
  };
