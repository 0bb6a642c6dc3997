import {
  createSequenceCheck,
  type History,
  type NextEvent,
  type SequenceCheck,
} from '../domain/sequence-check.ts';

// About 30 MB when a partition has that many live orders.
const maxKeysPerPartition = 100_000;

export interface Place {
  topic: string;
  partition: number;
}

export interface EventHistory {
  /** Judges the event by what this replica has seen of its key on that partition. */
  judge: (place: Place, event: NextEvent & { source: string; key: string }) => History;
  /** Forgets a partition, because another replica may have read it meanwhile. */
  forget: (place: Place) => void;
}

/**
 * Keeps what this replica has seen per partition, so that a partition that was reassigned is judged afresh.
 */
export const createEventHistory = (): EventHistory => {
  const checks = new Map<string, SequenceCheck>();
  return {
    judge: (place, { source, key, ...event }) => {
      const check = checks.get(nameOf(place)) ?? createSequenceCheck(maxKeysPerPartition);
      checks.set(nameOf(place), check);
      return check.see(`${source}\n${key}`, event);
    },
    forget: (place) => void checks.delete(nameOf(place)),
  };
};

const nameOf = ({ topic, partition }: Place): string => `${topic}/${partition}`;
