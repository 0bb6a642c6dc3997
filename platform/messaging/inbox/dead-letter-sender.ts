import type { Clock } from '../../base/clock.ts';
import type { Kafka } from '../kafka/client.ts';
import { openProducer, type OutgoingMessage, type Producer } from '../kafka/producer.ts';

export interface DeadLetterSender {
  /**
   * Resolves when all in-sync replicas have stored the letter; otherwise rejects with a SendError within
   * `longestSendMs`. Letters are sent one at a time, so a call also waits for the calls before it.
   */
  send: (topic: string, letter: OutgoingMessage) => Promise<void>;
  close: () => Promise<void>;
}

const openMs = 3_000;
const sendMs = 4_000;
const closeMs = 1_000;

/** The longest time that one send may take, in milliseconds. */
export const longestSendMs = openMs + sendMs;

/** Sends dead letters to partition 0, the only one of their topics. Connects when the first letter is sent. */
export const createDeadLetterSender = (kafka: Kafka, now: Clock): DeadLetterSender => {
  let producer: Producer | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const sendOne = async (topic: string, letter: OutgoingMessage): Promise<void> => {
    producer ??= await openProducer({ kafka, now, deadlineMs: openMs });
    try {
      await producer.send([{ topic, partition: 0, messages: [letter] }], sendMs);
    } catch (error) {
      // A producer cannot be used after a rejection; the next send opens another.
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
