/** The unsent events of a topic. */
export interface TopicCounts {
  topic: string;
  backlogRows: number;
  oldestAgeSeconds: number;
  failedRows: number;
  failedKeys: number;
  waitingRows: number;
  isCapped: boolean;
}

/** A member that serves a source. */
export interface PublisherAtWork {
  id: string;
  epoch: bigint;
  expiresAt: Date;
  isExpired: boolean;
  buckets: number[];
}

/** A partition that a running publisher could not write the last time it tried. */
export interface UnwritablePartition {
  topic: string;
  partition: number;
  /** The leader of the partition; empty when it is not known. */
  broker: string;
  error: string;
  attempts: number;
  since: Date;
  triedAt: Date;
}
