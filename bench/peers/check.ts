import { compareWithOutbox } from '../../testing/checker/compare.ts';
import type { Environment } from '../outbox/environment.ts';

export interface Verdict {
  /** The number of rows in the outbox. */
  expected: number;
  /** The number of rows whose event is not in the topic. */
  lost: number;
  /** The number of first deliveries that were not the next of their key. */
  outOfOrder: number;
  duplicates: number;
}

/** Compares the topic with the outbox, whether or not the relay marks rows as sent. */
export const checkTopic = async (environment: Environment, topic: string): Promise<Verdict> => {
  const { adminUrl: databaseUrl, brokers } = environment;
  const found = await compareWithOutbox({ databaseUrl, brokers, source: 'loms', topic });
  return {
    expected: found.expected,
    lost: found.expected - (found.events - found.foreign),
    outOfOrder: found.violations.length,
    duplicates: found.duplicates,
  };
};
