import type { Clock } from '../../base/clock.ts';
import type { Kafka } from '../kafka/client.ts';
import { openProducer, type OutgoingMessage, type Producer } from '../kafka/producer.ts';

export interface DeadLetterSender {
  /** Resolves when all in-sync replicas have it; rejects with a SendError otherwise, within `longestSendMs`. One at a time. */
  send: (topic: string, letter: OutgoingMessage) => Promise<void>;
  close: () => Promise<void>;
}

const openMs = 3_000;
const sendMs = 4_000;
const closeMs = 1_000;

/** What a send may take at the most. */
export const longestSendMs = openMs + sendMs;

/** Sends dead letters, to the one partition that their topics have. Connects when the first one comes. */
export const createDeadLetterSender = (kafka: Kafka, now: Clock): DeadLetterSender => {
  let producer: Producer | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const sendOne = async (topic: string, letter: OutgoingMessage): Promise<void> => {
    producer ??= await openProducer({ kafka, now, deadlineMs: openMs });
    try {
      await producer.send([{ topic, partition: 0, messages: [letter] }], sendMs);
    } catch (error) {
      // after a rejection it is of no use any more
      const unusable = producer;
      producer = undefined;
      void unusable.close(closeMs);
      throw error;
    }
  };
  return {
    send: (topic, letter) => {
      const sent = before.then(() => sendOne(topic, letter));
      before = sent.catch(() => undefined);
      return sent;
    },
    close: async () => {
      await before;
      await producer?.close(closeMs);
    },
  };
};
