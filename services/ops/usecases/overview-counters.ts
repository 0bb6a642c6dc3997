import type { SeenCluster, SeenPartition } from '../domain/cluster.ts';
import type { Count, Counters } from '../domain/rates.ts';
import type { Findings, SourceSeen } from './find-out.ts';

/**
 * The counters from which the rates are made. `mostSent` keeps what has left each outbox, from one look to the next.
 */
export const countersOf = (findings: Findings, mostSent: Map<string, bigint>): Counters => {
  const { sources, cluster } = findings;
  const ofSources = [...sources].flatMap(([source, found]) =>
    'figures' in found ? seenAt(found.at, outboxCounters(source, found.figures, mostSent)) : [],
  );
  const ofCluster =
    'figures' in cluster ? seenAt(cluster.at, clusterCounters(cluster.figures)) : [];
  return new Map([...ofSources, ...ofCluster]);
};

type Counter = [name: string, count: bigint];

const seenAt = (at: Date, counters: readonly Counter[]): [name: string, Count][] =>
  counters.map(([name, count]) => [name, { count, atMs: at.getTime() }]);

const outboxCounters = (
  source: string,
  { created, topics }: SourceSeen,
  mostSent: Map<string, bigint>,
): Counter[] => {
  const counted: Counter[] = [[`created/${source}`, created]];
  if (topics.some(({ isCapped }) => isCapped)) return counted;
  const unsent = topics.reduce(
    (sum, topic) => sum + topic.backlogRows + topic.waitingRows + topic.failedRows,
    0,
  );
  // The two are read one after the other, and a replay puts rows back: what has left cannot become less.
  const sent = created - BigInt(unsent);
  const before = mostSent.get(source) ?? 0n;
  const most = sent > before ? sent : before;
  mostSent.set(source, most);
  return [...counted, [`sent/${source}`, most]];
};

const clusterCounters = ({ topics, groups }: SeenCluster): Counter[] => {
  const ends = [...topics].flatMap(([topic, seen]): Counter[] => {
    const end = 'figures' in seen ? endOf(seen.figures) : undefined;
    return end === undefined ? [] : [[`topic/${topic}`, end]];
  });
  const handled = new Map<string, bigint>();
  for (const [id, seen] of groups) {
    for (const { topic, offset } of 'figures' in seen ? seen.figures.committed : []) {
      const name = `group/${id}/${topic}`;
      handled.set(name, (handled.get(name) ?? 0n) + offset);
    }
  }
  return [...ends, ...handled];
};

/** The end offsets of all partitions together; undefined when one is not known. */
const endOf = (partitions: readonly SeenPartition[]): bigint | undefined =>
  partitions.reduce<bigint | undefined>(
    (sum, { endOffset }) =>
      sum === undefined || endOffset === undefined ? undefined : sum + endOffset,
    partitions.length > 0 ? 0n : undefined,
  );
