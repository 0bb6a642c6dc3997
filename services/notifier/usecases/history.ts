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
  /** Judges the event by what this replica saw of its key on that partition. */
  judge: (place: Place, event: NextEvent & { source: string; key: string }) => History;
  /** Forgets a partition: another replica may have had it meanwhile. */
  forget: (place: Place) => void;
}

/** What this replica has seen, partition by partition, so that a partition that comes back is judged afresh. */
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
