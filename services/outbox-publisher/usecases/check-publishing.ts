import type { UnwritablePartition } from '../domain/unwritable-partitions.ts';

export interface CheckedSource {
  readonly name: string;
  /** Why nothing of the source is published; undefined when the last pass succeeded. */
  readonly fault: () => string | undefined;
  readonly unwritable: () => UnwritablePartition[];
}

// naming more would hide the first
const mostNamed = 3;

/**
 * Resolves while all sources are published and all partitions can be written, as far as is known; otherwise
 * rejects with those that are not, since when and why.
 */
export const checkPublishing =
  (sources: readonly CheckedSource[], monotonicMs: () => number) => (): Promise<void> => {
    const found = sources.flatMap((source) => wordsOf(source, monotonicMs()));
    if (found.length === 0) return Promise.resolve();
    const others = found.length > mostNamed ? [`and ${found.length - mostNamed} more`] : [];
    return Promise.reject(new Error([...found.slice(0, mostNamed), ...others].join('; ')));
  };

const wordsOf = ({ name, fault, unwritable }: CheckedSource, nowMs: number): string[] => {
  const why = fault();
  const ofSource = why === undefined ? [] : [`nothing of ${name} is published: ${why}`];
  return [...ofSource, ...unwritable().map((each) => partitionWords(name, each, nowMs))];
};

const partitionWords = (source: string, found: UnwritablePartition, nowMs: number): string => {
  const { topic, partition, broker, error, attempts, sinceMs } = found;
  const seconds = Math.round((nowMs - sinceMs) / 1_000);
  const leader = broker === undefined ? '' : `, led by ${broker},`;
  const tries = attempts === 1 ? 'one try' : `${attempts} tries`;
  return `events of ${source} wait: partition ${partition} of ${topic}${leader} cannot be written since ${seconds} s (${tries}): ${error}`;
};
