import { heldWords, type HeldPartition } from '../domain/held.ts';
import type { ReadableService } from './show-consumers.ts';

/** The waiting and the given-up messages of a consumer. */
export interface ConsumerStatus {
  service: string;
  consumer: string;
  topic: string;
  parkedKeys: number;
  /** How many of these keys are blocked by their first message, which was given up. */
  blockedKeys: number;
  oldestParkedSeconds: number;
  /** Given up, and neither redriven nor discarded. */
  deadLetters: number;
  /** Undefined when it was long ago. */
  lastTakenAt: Date | undefined;
  isCapped: boolean;
  /** Keys whose first message waits for its dead letter to be written. */
  lettersWaiting: number;
  oldestLetterSeconds: number;
  /** Why a dead letter could not be written, with its topic; empty when none has failed. */
  letterError: string;
}

/** The status with the partitions that the consumer holds. */
export interface ConsumerState extends ConsumerStatus {
  heldPartitions: (HeldPartition & { says: string })[];
}

export interface ShowInboxStatusDeps {
  loadNow: () => Promise<Date>;
  listServices: () => Promise<ReadableService[]>;
  countInbox: (service: string) => Promise<ConsumerStatus[]>;
  listHeld: (service: string) => Promise<HeldPartition[]>;
}

/** Shows what waits, what was given up and what is held, per consumer. */
export const showInboxStatus =
  (deps: ShowInboxStatusDeps) => async (): Promise<ConsumerState[]> => {
    const inboxes = (await deps.listServices()).filter(({ hasInbox }) => hasInbox);
    return (await Promise.all(inboxes.map(({ name }) => showInbox(deps, name)))).flat();
  };

const showInbox = async (deps: ShowInboxStatusDeps, service: string): Promise<ConsumerState[]> => {
  // This is read before the counts, so that each consumer with a held partition is among them.
  const held = await deps.listHeld(service);
  const [consumers, now] = await Promise.all([deps.countInbox(service), deps.loadNow()]);
  return consumers.map((status) => ({
    ...status,
    heldPartitions: held
      .filter(({ consumer, topic }) => consumer === status.consumer && topic === status.topic)
      .map((each) => ({ ...each, says: heldWords(each, now) })),
  }));
};
