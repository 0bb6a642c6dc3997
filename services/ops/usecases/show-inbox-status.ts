import { heldWords, type HeldPartition } from '../domain/held.ts';
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

/** With the partitions that it cannot go on with. */
export interface ConsumerState extends ConsumerStatus {
  heldPartitions: (HeldPartition & { says: string })[];
}

export interface ShowInboxStatusDeps {
  loadNow: () => Promise<Date>;
  listServices: () => Promise<ReadableService[]>;
  countInbox: (service: string) => Promise<ConsumerStatus[]>;
  listHeld: (service: string) => Promise<HeldPartition[]>;
}

/** What waits, what was given up and what cannot go on, per consumer. */
export const showInboxStatus =
  (deps: ShowInboxStatusDeps) => async (): Promise<ConsumerState[]> => {
    const inboxes = (await deps.listServices()).filter(({ hasInbox }) => hasInbox);
    return (await Promise.all(inboxes.map(({ name }) => showInbox(deps, name)))).flat();
  };

const showInbox = async (deps: ShowInboxStatusDeps, service: string): Promise<ConsumerState[]> => {
  // before the counts, so that each consumer of which it tells is counted
  const held = await deps.listHeld(service);
  const [consumers, now] = await Promise.all([deps.countInbox(service), deps.loadNow()]);
  return consumers.map((status) => ({
    ...status,
    heldPartitions: held
      .filter(({ consumer, topic }) => consumer === status.consumer && topic === status.topic)
      .map((each) => ({ ...each, says: heldWords(each, now) })),
  }));
};
