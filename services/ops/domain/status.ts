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
