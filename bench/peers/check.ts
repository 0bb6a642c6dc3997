import { compareWithOutbox } from '../../testing/checker/compare.ts';
import type { Environment } from '../outbox/environment.ts';

export interface Verdict {
  /** Rows of the outbox. */
  expected: number;
  /** Rows whose event is not in the topic. */
  lost: number;
  /** First deliveries that were not the next of their key. */
  outOfOrder: number;
  duplicates: number;
}

/** Holds the topic against the outbox, whether or not the relay marks there what it has sent. */
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
