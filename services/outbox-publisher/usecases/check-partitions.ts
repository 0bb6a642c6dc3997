import type { UnwritablePartition } from '../domain/unwritable-partitions.ts';

export interface CheckedSource {
  readonly name: string;
  readonly unwritable: () => UnwritablePartition[];
}

// more would hide the first
const mostNamed = 3;

/** Resolves while all partitions can be written, as far as is known; else says which cannot, since when and why. */
export const checkPartitions =
  (sources: readonly CheckedSource[], monotonicMs: () => number) => (): Promise<void> => {
    const found = sources.flatMap(({ name, unwritable }) =>
      unwritable().map((each) => wordsOf(name, each, monotonicMs())),
    );
    if (found.length === 0) return Promise.resolve();
    const others = found.length > mostNamed ? [`and ${found.length - mostNamed} more`] : [];
    return Promise.reject(new Error([...found.slice(0, mostNamed), ...others].join('; ')));
  };

const wordsOf = (source: string, found: UnwritablePartition, nowMs: number): string => {
  const { topic, partition, broker, error, attempts, sinceMs } = found;
  const seconds = Math.round((nowMs - sinceMs) / 1_000);
  const leader = broker === undefined ? '' : `, led by ${broker},`;
  return `events of ${source} wait: partition ${partition} of ${topic}${leader} cannot be written since ${seconds} s (${attempts} tries): ${error}`;
};
