/** How old the figures of a part are; since when and why there are none. */
export interface Known {
  readonly observedAt?: Date;
  readonly unknownSince?: Date;
  readonly error: string;
}

/** A part of the overview. Its figures are gone as soon as it cannot be looked at. */
export interface Part<Figures> extends Known {
  readonly figures?: Figures;
}

export type Outcome<Figures> = { readonly figures: Figures } | { readonly error: string };

/** What is known of a part after looking at it once more. */
export const lookedAt = <Figures>(
  before: Known | undefined,
  outcome: Outcome<Figures>,
  now: Date,
): Part<Figures> => {
  if ('figures' in outcome) return { observedAt: now, error: '', figures: outcome.figures };
  return {
    ...(before?.observedAt && { observedAt: before.observedAt }),
    unknownSince: before?.unknownSince ?? now,
    error: outcome.error,
  };
};

export interface SourceFigures {
  /** The topics that it writes to. */
  topics: string[];
  createdPerSecond: number | undefined;
  sentPerSecond: number | undefined;
  backlogRows: number;
  oldestAgeSeconds: number;
  failedRows: number;
  blockedKeys: number;
  waitingRows: number;
  isCapped: boolean;
}

export interface PublisherFigures {
  id: string;
  leaseAgeSeconds: number;
  isExpired: boolean;
  owned: { source: string; buckets: number }[];
}

export interface PartitionFigures {
  partition: number;
  endOffset: bigint | undefined;
  leader: string;
  error: string;
}

export interface TopicFigures {
  perSecond: number | undefined;
  partitions: PartitionFigures[];
}

export interface GroupFigures {
  state: string;
  members: { clientId: string; host: string; partitions: number[] }[];
  partitions: {
    partition: number;
    committedOffset: bigint | undefined;
    lag: bigint | undefined;
  }[];
  perSecond: number | undefined;
  lag: bigint | undefined;
}

export interface InboxFigures {
  parkedKeys: number;
  blockedKeys: number;
  oldestParkedSeconds: number;
  deadLetters: number;
  lettersWaiting: number;
  letterError: string;
  held: string[];
  isCapped: boolean;
}

export interface SourceOverview extends Part<SourceFigures> {
  source: string;
  bucketsWithoutOwner: number;
}

export interface TopicOverview extends Part<TopicFigures> {
  topic: string;
}

export interface InboxOverview extends Part<InboxFigures> {
  service: string;
  consumer: string;
  topic: string;
}

export interface GroupOverview extends Part<GroupFigures> {
  group: string;
  topic: string;
  inbox?: InboxOverview;
}

export interface Problem {
  says: string;
  /** The address of the page that shows more; empty when there is none. */
  address: string;
  since?: Date;
}

export interface Overview {
  at: Date;
  problems: Problem[];
  sources: SourceOverview[];
  publishers: Part<PublisherFigures[]>;
  topics: TopicOverview[];
  groups: GroupOverview[];
}
