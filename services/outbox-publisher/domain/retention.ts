export interface RetainedTopic {
  readonly name: string;
  readonly retentionMs: number;
  /** Absent when no outbox publishes to it. */
  readonly publish?: unknown;
}

const dayMs = 86_400_000;

/**
 * Refuses a retention shorter than that of a topic: what can still be read from Kafka must still be in the
 * outbox, to be compared and replayed.
 */
export const requireRetention = (topics: readonly RetainedTopic[], days: number): void => {
  const longer = topics.filter(
    ({ publish, retentionMs }) => publish !== undefined && retentionMs >= days * dayMs,
  );
  if (longer.length === 0) return;
  const kept = longer.map(({ name, retentionMs }) => `${name} for ${retentionMs / dayMs} days`);
  throw new Error(
    `OUTBOX_RETENTION_DAYS is ${days}, but the manifest keeps ${kept.join(', ')}: ` +
      'the outbox must keep its rows longer than the topics do.',
  );
};
