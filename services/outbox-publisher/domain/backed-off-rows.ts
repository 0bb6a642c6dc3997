/** Where the rows that were read and belong to a backed-off partition begin. */
export interface BackedOffRows {
  readonly topic: string;
  readonly partition: number;
  /** Per bucket, the lowest `seq`. */
  readonly first: ReadonlyMap<number, string>;
}

interface RowPosition {
  topic: string;
  partition: number;
  bucket: number;
  seq: string;
}

/** Collects such rows, partition by partition. */
export const createBackedOffRows = () => {
  const byPartition = new Map<string, BackedOffRows & { first: Map<number, string> }>();
  const of = (topic: string, partition: number) => {
    const name = `${topic}/${partition}`;
    const known = byPartition.get(name);
    if (known) return known;
    const rows = { topic, partition, first: new Map<number, string>() };
    byPartition.set(name, rows);
    return rows;
  };
  return {
    note: ({ topic, partition, bucket, seq }: RowPosition): void => {
      const { first } = of(topic, partition);
      const lowest = first.get(bucket);
      if (lowest === undefined || BigInt(seq) < BigInt(lowest)) first.set(bucket, seq);
    },
    /** Returns a copy of what has been collected so far. */
    all: (): BackedOffRows[] =>
      [...byPartition.values()].map((rows) => ({ ...rows, first: new Map(rows.first) })),
  };
};
