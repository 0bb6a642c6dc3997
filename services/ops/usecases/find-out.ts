import type { SeenCluster } from '../domain/cluster.ts';
import type { InboxFigures, Outcome, PublisherFigures } from '../domain/overview.ts';
import type { SourceStatus } from './show-status.ts';

export interface FindOutDeps {
  now: () => Date;
  sleep: (ms: number) => Promise<void>;
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

// What costs much, or changes seldom, is looked at again after this time at the earliest.
const againAfterMs = { inboxes: 3_000, kafka: 3_000 };
// Each part is looked at so much later than the one before it. Asked all at once, the services beside ops wait for a
// processor until the database and Kafka have answered.
const apartMs = 20;

/** What a look at a part has found out, and when. */
export type Looked<Figures> = Outcome<Figures> & { readonly at: Date };
export type Outcomes<Figures> = ReadonlyMap<string, Looked<Figures>>;
type Inbox = InboxFigures & { consumer: string; topic: string };
export interface SourceSeen extends SourceStatus {
  created: bigint;
  newestTopic: string | undefined;
}

/** All that is known after a look. */
export interface Findings {
  now: Date;
  sources: Outcomes<SourceSeen>;
  publishers: Looked<PublisherFigures[]>;
  /** By service; one failure for all of them when it is not known which there are. */
  inboxes: Looked<Outcomes<Inbox[]>>;
  cluster: Looked<SeenCluster>;
}

/**
 * Returns the function that looks at everything, at one part after the other, and at some of them not every time; what
 * fails is an outcome, too. It never rejects because of one part.
 */
export const createFindOut = (deps: FindOutDeps): (() => Promise<Findings>) => {
  const { now, sleep } = deps;
  let started = 0;
  const look = async <Figures>(ask: () => Promise<Figures>): Promise<Looked<Figures>> => {
    await sleep(started++ * apartMs);
    const found = await outcome(ask());
    // not before: the clock is the database's, which is known from its first answer on
    return { ...found, at: now() };
  };
  const lookAtAll = async <Figures>(
    names: readonly string[],
    ask: (name: string) => Promise<Figures>,
  ): Promise<Outcomes<Figures>> =>
    new Map(
      await Promise.all(names.map(async (name) => [name, await look(() => ask(name))] as const)),
    );
  const showSource = async (source: string) => {
    const head = await deps.loadOutboxHead(source);
    return { ...(await deps.showSource(source)), ...head };
  };
  const inboxes = again(againAfterMs.inboxes, now, async () => {
    const services = await look(deps.listInboxes);
    if (!('figures' in services)) return services;
    return { at: services.at, figures: await lookAtAll(services.figures, deps.showInbox) };
  });
  const cluster = again(againAfterMs.kafka, now, () =>
    look(() => deps.observeKafka(deps.topics.map(({ name }) => name))),
  );
  return async () => {
    started = 0;
    const [sources, publishers, ofInboxes, ofCluster] = await Promise.all([
      lookAtAll(deps.sources, showSource),
      look(deps.listPublishers),
      inboxes(),
      cluster(),
    ]);
    return { now: now(), sources, publishers, inboxes: ofInboxes, cluster: ofCluster };
  };
};

/** Asks again when the last answer has become older than this. */
const again = <Answer extends { at: Date }>(
  afterMs: number,
  now: () => Date,
  ask: () => Promise<Answer>,
): (() => Promise<Answer>) => {
  let last: Answer | undefined;
  return async () => {
    if (last === undefined || now().getTime() - last.at.getTime() >= afterMs) last = await ask();
    return last;
  };
};

const outcome = async <Figures>(asking: Promise<Figures>): Promise<Outcome<Figures>> => {
  try {
    return { figures: await asking };
  } catch (error) {
    return { error: Error.isError(error) ? error.message : String(error) };
  }
};

/** The outcome for a part of something that may itself have failed. */
export const within = <Whole, Figures>(
  whole: Outcome<Whole>,
  find: (figures: Whole) => Outcome<Figures>,
): Outcome<Figures> => ('figures' in whole ? find(whole.figures) : whole);

export const nothing = { error: 'It is not there any more.' };
