import { AssignerProtocol, type Admin, type GroupDescription } from 'kafkajs';
import type { Kafka } from './client.ts';
import { within } from './within.ts';

export interface ObservedPartition {
  partition: number;
  /** The address of its leader; empty when it has none. */
  leader: string;
  /** The offset of the next message; undefined where it was not asked for. */
  endOffset: bigint | undefined;
}

export interface ObservedMember {
  clientId: string;
  host: string;
  /** What it has subscribed to. */
  topics: string[];
  /** Empty for a member that stands by. */
  partitions: { topic: string; partition: number }[];
}

export interface ObservedGroup {
  id: string;
  /** Kafka's word: Stable, PreparingRebalance, CompletingRebalance, Empty, Dead. */
  state: string;
  members: ObservedMember[];
  committed: { topic: string; partition: number; offset: bigint }[];
}

/** What could be seen of a part of the cluster, or why it could not. */
export type Seen<Figures> = { figures: Figures } | { error: string };

export interface ObservedCluster {
  /** By name; a topic that is not there has no partitions. */
  topics: ReadonlyMap<string, Seen<ObservedPartition[]>>;
  /** The consumer groups, by id. */
  groups: ReadonlyMap<string, Seen<ObservedGroup>>;
  /** Why the groups could not be listed; then only those that were there before are among them. Else empty. */
  groupsError: string;
}

export interface KafkaObserver {
  /** Rejects when no broker answers; what fails for one topic or group is reported for it alone. */
  observe: (topics: readonly string[]) => Promise<ObservedCluster>;
  close(): Promise<void>;
}

const limits = {
  /** One broker that does not answer must not keep what the others know from the reader. */
  partMs: 4_000,
  allMs: 12_000,
};

/** Looks at topics and consumer groups over connections that are kept, and opened again after a failure. */
export const createKafkaObserver = (kafka: Kafka): KafkaObserver => {
  let admin: Admin | undefined;
  // A broker lists the groups that it coordinates. A group whose broker is away is in no list, but it is still there.
  const known = new Set<string>();
  const drop = async (failed: Admin) => {
    if (admin === failed) admin = undefined;
    await failed.disconnect().catch(() => undefined);
  };
  return {
    observe: async (topics) => {
      const asking = (admin ??= kafka.admin({ retry: { retries: 0 } }));
      try {
        return await inTime(look(asking, { topics, known }), limits.allMs);
      } catch (error) {
        void drop(asking);
        throw error;
      }
    },
    close: async () => {
      if (admin) await drop(admin);
    },
  };
};

const inTime = <T>(asking: Promise<T>, limitMs: number): Promise<T> =>
  within(asking, limitMs, () => new Error(`Kafka has not answered within ${limitMs} ms.`));

const look = async (
  admin: Admin,
  { topics: names, known }: { topics: readonly string[]; known: Set<string> },
): Promise<ObservedCluster> => {
  // This does nothing when the client is connected already.
  await admin.connect();
  const { brokers } = await admin.describeCluster();
  // The request is for all topics, because asking for one by name might create it.
  const { topics: all } = await admin.fetchTopicMetadata();
  // This also renews what the client knows of leaders.
  const listed = await seen(admin.listGroups());
  const addresses = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]));
  const topics = names.map(async (name) => {
    const { partitions = [] } = all.find((topic) => topic.name === name) ?? {};
    const leaders = partitions
      .map(({ partitionId, leader }) => ({
        partition: partitionId,
        leader: addresses.get(leader) ?? '',
      }))
      .toSorted((one, other) => one.partition - other.partition);
    return [name, await seen(withOffsets(admin, name, leaders))] as const;
  });
  for (const { groupId, protocolType } of 'figures' in listed ? listed.figures.groups : [])
    if (protocolType === 'consumer') known.add(groupId);
  const groups = [...known].map(async (id) => [id, await seen(describe(admin, id))] as const);
  return {
    topics: new Map(await Promise.all(topics)),
    groups: withoutDeleted(await Promise.all(groups), known),
    groupsError: 'error' in listed ? listed.error : '',
  };
};

const seen = async <T>(asking: Promise<T>): Promise<Seen<T>> => {
  try {
    return { figures: await inTime(asking, limits.partMs) };
  } catch (error) {
    return { error: Error.isError(error) ? error.message : String(error) };
  }
};

/** Forgets the groups that are not there any more, which Kafka calls Dead. */
const withoutDeleted = (
  groups: readonly (readonly [string, Seen<ObservedGroup>])[],
  known: Set<string>,
): Map<string, Seen<ObservedGroup>> => {
  const isDeleted = (group: Seen<ObservedGroup>) =>
    'figures' in group && group.figures.state === 'Dead';
  for (const [id, group] of groups) if (isDeleted(group)) known.delete(id);
  return new Map(groups.filter(([, group]) => !isDeleted(group)));
};

const withOffsets = async (
  admin: Admin,
  topic: string,
  leaders: readonly Omit<ObservedPartition, 'endOffset'>[],
): Promise<ObservedPartition[]> => {
  // Kafka answers for all partitions or for none.
  const isWhole = leaders.length > 0 && leaders.every(({ leader }) => leader !== '');
  const offsets = isWhole ? await admin.fetchTopicOffsets(topic) : [];
  const ends = new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  return leaders.map((each) => ({ ...each, endOffset: ends.get(each.partition) }));
};

const describe = async (admin: Admin, id: string): Promise<ObservedGroup> => {
  const { groups } = await admin.describeGroups([id]);
  const offsets = await admin.fetchOffsets({ groupId: id });
  const [group] = groups;
  return {
    id,
    state: group?.state ?? 'Unknown',
    members: (group?.members ?? []).map(toMember),
    committed: offsets.flatMap(({ topic, partitions }) =>
      partitions
        .map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) }))
        .filter(({ offset }) => offset >= 0n),
    ),
  };
};

const toMember = (member: GroupDescription['members'][number]): ObservedMember => {
  const { clientId, clientHost, memberAssignment, memberMetadata } = member;
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  // a member that has joined and has no partition yet has none written down, which kafkajs cannot decode
  const { assignment = {} } =
    memberAssignment.length > 0 ? (MemberAssignment.decode(memberAssignment) ?? {}) : {};
  const topics =
    memberMetadata.length > 0 ? (MemberMetadata.decode(memberMetadata)?.topics ?? []) : [];
  return {
    clientId,
    host: clientHost.replace(/^\//, ''),
    topics,
    partitions: Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.toSorted((a, b) => a - b).map((partition) => ({ topic, partition })),
    ),
  };
};
