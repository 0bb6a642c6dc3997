import type { Kafka } from '../kafka/client.ts';
import { openProducer, type OutgoingMessage, type Producer } from '../kafka/producer.ts';

export interface DeadLetterSender {
  /** Resolves when all in-sync replicas have it; rejects otherwise, within a few seconds. One at a time. */
  send: (topic: string, letter: OutgoingMessage) => Promise<void>;
  close: () => Promise<void>;
}

// below idle_in_transaction_session_timeout: the letter's transaction waits meanwhile
const openMs = 1_000;
const sendMs = 1_500;
const closeMs = 1_000;

/** Sends dead letters, to the one partition that their topics have. Connects when the first one comes. */
export const createDeadLetterSender = (kafka: Kafka): DeadLetterSender => {
  let producer: Producer | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const sendOne = async (topic: string, letter: OutgoingMessage): Promise<void> => {
    producer ??= await openProducer({ kafka, deadlineMs: openMs });
    try {
      await producer.send([{ topic, partition: 0, messages: [letter] }], sendMs);
    } catch (error) {
      // after a rejection it is of no use any more
      const spoilt = producer;
      producer = undefined;
      void spoilt.close(closeMs);
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
