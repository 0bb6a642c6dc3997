/** What of a topic is not sent. */
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

/** A partition that a publisher at work could not write the last time that it tried. */
export interface UnwritablePartition {
  topic: string;
  partition: number;
  /** Who leads it; empty when that is not known. */
  broker: string;
  error: string;
  attempts: number;
  since: Date;
  triedAt: Date;
}
