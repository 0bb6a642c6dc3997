import type { SeenCluster, SeenPartition } from '../domain/cluster.ts';
import type { Findings } from './find-out.ts';

/**
 * The counters from which the rates are made. `mostSent` keeps what has left each outbox, from one look to the next.
 */
export const countersOf = (
  findings: Findings,
  mostSent: Map<string, bigint>,
): Map<string, bigint> => {
  const { cluster } = findings;
  return new Map([
    ...outboxCounters(findings, mostSent),
    ...('figures' in cluster ? clusterCounters(cluster.figures) : []),
  ]);
};

type Counter = [name: string, count: bigint];

const outboxCounters = ({ sources }: Findings, mostSent: Map<string, bigint>): Counter[] =>
  [...sources].flatMap(([source, found]): Counter[] => {
    if (!('figures' in found)) return [];
    const { created, topics } = found.figures;
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
  });

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
