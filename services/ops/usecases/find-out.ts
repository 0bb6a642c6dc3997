import type { SeenCluster } from '../domain/cluster.ts';
import type { InboxFigures, Outcome, PublisherFigures } from '../domain/overview.ts';
import type { SourceStatus } from './show-status.ts';

export interface FindOutDeps {
  now: () => Date;
  /** The outboxes. */
  sources: readonly string[];
  /** The topics of events, each with the service that owns it. */
  topics: readonly { name: string; owner: string }[];
  showSource: (source: string) => Promise<SourceStatus>;
  loadOutboxHead: (source: string) => Promise<{ created: bigint; newestTopic: string | undefined }>;
  listPublishers: () => Promise<PublisherFigures[]>;
  listInboxes: () => Promise<string[]>;
  showInbox: (service: string) => Promise<(InboxFigures & { consumer: string; topic: string })[]>;
  observeKafka: (topics: readonly string[]) => Promise<SeenCluster>;
}

export type Outcomes<Figures> = ReadonlyMap<string, Outcome<Figures>>;
type Inbox = InboxFigures & { consumer: string; topic: string };
export interface SourceSeen extends SourceStatus {
  created: bigint;
  newestTopic: string | undefined;
}

/** All that one look has found out. */
export interface Findings {
  now: Date;
  sources: Outcomes<SourceSeen>;
  publishers: Outcome<PublisherFigures[]>;
  /** By service; one failure for all of them when it is not known which there are. */
  inboxes: Outcome<Outcomes<Inbox[]>>;
  cluster: Outcome<SeenCluster>;
}

/** Looks at everything; what fails is an outcome, too. Never rejects because of one part. */
export const findOut = async (deps: FindOutDeps): Promise<Findings> => {
  const [sources, publishers, inboxes, cluster] = await Promise.all([
    outcomes(deps.sources, async (source) => {
      const head = await deps.loadOutboxHead(source);
      return { ...(await deps.showSource(source)), ...head };
    }),
    outcome(deps.listPublishers()),
    outcome(deps.listInboxes().then((services) => outcomes(services, deps.showInbox))),
    outcome(deps.observeKafka(deps.topics.map(({ name }) => name))),
  ]);
  return { now: deps.now(), sources, publishers, inboxes, cluster };
};

const outcome = async <Figures>(asking: Promise<Figures>): Promise<Outcome<Figures>> => {
  try {
    return { figures: await asking };
  } catch (error) {
    return { error: Error.isError(error) ? error.message : String(error) };
  }
};

const outcomes = async <Figures>(
  names: readonly string[],
  ask: (name: string) => Promise<Figures>,
): Promise<Outcomes<Figures>> =>
  new Map(await Promise.all(names.map(async (name) => [name, await outcome(ask(name))] as const)));

/** The outcome for a part of something that may itself have failed. */
export const within = <Whole, Figures>(
  whole: Outcome<Whole>,
  find: (figures: Whole) => Outcome<Figures>,
): Outcome<Figures> => ('figures' in whole ? find(whole.figures) : whole);

export const nothing = { error: 'It is not there any more.' };
