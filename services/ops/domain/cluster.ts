import type { GroupFigures, Outcome, PartitionFigures } from './overview.ts';

export type SeenPartition = Omit<PartitionFigures, 'error'>;

interface Place {
  topic: string;
  partition: number;
}

export interface SeenGroup {
  state: string;
  members: { clientId: string; host: string; topics: string[]; partitions: Place[] }[];
  committed: (Place & { offset: bigint })[];
}

/** What Kafka shows of itself, by topic and by consumer group. */
export interface SeenCluster {
  topics: ReadonlyMap<string, Outcome<SeenPartition[]>>;
  groups: ReadonlyMap<string, Outcome<SeenGroup>>;
  /** Why the groups could not be listed; then only those that were there before are among them. Else empty. */
  groupsError: string;
}

/** The topics that a group consumes or has consumed. */
export const topicsOfGroup = ({ members, committed }: SeenGroup): Set<string> =>
  new Set([...members.flatMap(({ topics }) => topics), ...committed.map(({ topic }) => topic)]);

/** Who has which partition of a topic, and how far each is behind. */
export const figuresOfGroup = (
  { state, members, committed }: SeenGroup,
  topic: string,
  ends: readonly SeenPartition[],
): Omit<GroupFigures, 'perSecond'> => {
  const offsets = new Map(
    committed.filter((each) => each.topic === topic).map((each) => [each.partition, each.offset]),
  );
  const partitions = ends.map(({ partition, endOffset }) => {
    const committedOffset = offsets.get(partition);
    return { partition, committedOffset, lag: lagOf(committedOffset, endOffset) };
  });
  return {
    state,
    members: members
      .filter(({ topics }) => topics.includes(topic))
      .map(({ clientId, host, partitions: assigned }) => ({
        clientId,
        host,
        partitions: assigned.filter((each) => each.topic === topic).map((each) => each.partition),
      }))
      .toSorted((one, other) => one.clientId.localeCompare(other.clientId)),
    partitions,
    lag: partitions.reduce<bigint | undefined>(
      (sum, { lag }) => (sum === undefined || lag === undefined ? undefined : sum + lag),
      partitions.length > 0 ? 0n : undefined,
    ),
  };
};

/** Before the first commit nothing is handled, and the consumer begins at the start. */
const lagOf = (committed = 0n, end: bigint | undefined): bigint | undefined => {
  if (end === undefined) return undefined;
  return end > committed ? end - committed : 0n;
};

/** A consumer's name in its inbox is its group's, or the group's without the name of the service before it. */
export const isInboxOf = (
  inbox: { service: string; consumer: string; topic: string },
  { group, topic }: { group: string; topic: string },
): boolean =>
  inbox.topic === topic &&
  (inbox.consumer === group || `${inbox.service}-${inbox.consumer}` === group);
