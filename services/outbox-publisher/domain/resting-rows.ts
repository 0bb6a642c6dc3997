/** Of what was read and rests with its partition, where it begins. */
export interface RestingRows {
  readonly topic: string;
  readonly partition: number;
  /** Per bucket, the lowest `seq`. */
  readonly first: ReadonlyMap<number, string>;
}

interface Place {
  topic: string;
  partition: number;
  bucket: number;
  seq: string;
}

/** Collects them, partition by partition. */
export const createRestingRows = () => {
  const byPartition = new Map<string, RestingRows & { first: Map<number, string> }>();
  const of = (topic: string, partition: number) => {
    const name = `${topic}/${partition}`;
    const known = byPartition.get(name);
    if (known) return known;
    const rows = { topic, partition, first: new Map<number, string>() };
    byPartition.set(name, rows);
    return rows;
  };
  return {
    note: ({ topic, partition, bucket, seq }: Place): void => {
      const { first } = of(topic, partition);
      const lowest = first.get(bucket);
      if (lowest === undefined || BigInt(seq) < BigInt(lowest)) first.set(bucket, seq);
    },
    /** As far as it is noted now. */
    all: (): RestingRows[] =>
      [...byPartition.values()].map((rows) => ({ ...rows, first: new Map(rows.first) })),
  };
};
