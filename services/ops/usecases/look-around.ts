import { figuresOfGroup, isInboxOf, topicsOfGroup } from '../domain/cluster.ts';
import {
  lookedAt,
  type GroupOverview,
  type InboxFigures,
  type InboxOverview,
  type Outcome,
  type Overview,
  type SourceFigures,
  type TopicFigures,
} from '../domain/overview.ts';
import { problemsOf } from '../domain/problems.ts';
import type { Rates } from '../domain/rates.ts';
import { countersOf } from './overview-counters.ts';
import {
  createFindOut,
  nothing,
  within,
  type FindOutDeps,
  type Findings,
  type SourceSeen,
} from './find-out.ts';

export interface LookAroundDeps extends FindOutDeps {
  rates: Rates;
}

/**
 * Returns the function that looks at outboxes, publishers, inboxes and Kafka and makes the overview of them. What
 * fails is said to be unknown since it first failed, and its figures are left out; the others stay as they are.
 */
export const lookAround = (deps: LookAroundDeps): (() => Promise<Overview>) => {
  let before: Overview | undefined;
  const mostSent = new Map<string, bigint>();
  const findOut = createFindOut(deps);
  return async () => {
    const findings = await findOut();
    deps.rates.add(findings.now.getTime(), countersOf(findings, mostSent));
    const overview = {
      at: findings.now,
      sources: sourceParts(deps, findings, before),
      publishers: lookedAt(before?.publishers, findings.publishers, findings.publishers.at),
      topics: topicParts(deps, findings, before),
      groups: groupParts(deps, findings, before),
    };
    before = { ...overview, problems: problemsOf(overview) };
    return before;
  };
};

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

const sourceParts = (
  { sources, topics, rates }: LookAroundDeps,
  findings: Findings,
  before: Overview | undefined,
): Overview['sources'] =>
  sources.map((source) => {
    const found = findings.sources.get(source) ?? { ...nothing, at: findings.now };
    const known = before?.sources.find((each) => each.source === source);
    const owned = topics.filter(({ owner }) => owner === source).map(({ name }) => name);
    const figures = within(found, (status) => ({
      figures: sourceFigures(status, { owned, rates }),
    }));
    const bucketsWithoutOwner = 'figures' in found ? found.figures.bucketsWithoutOwner : 0;
    return { source, bucketsWithoutOwner, ...lookedAt(known, figures, found.at) };
  });

const sourceFigures = (
  { source, topics, newestTopic }: SourceSeen,
  { owned, rates }: { owned: readonly string[]; rates: Rates },
): SourceFigures => ({
  topics: [...new Set([...owned, ...(newestTopic === undefined ? [] : [newestTopic])])],
  createdPerSecond: rates.perSecond(`created/${source}`),
  sentPerSecond: rates.perSecond(`sent/${source}`),
  backlogRows: sum(topics, ({ backlogRows }) => backlogRows),
  oldestAgeSeconds: Math.max(0, ...topics.map(({ oldestAgeSeconds }) => oldestAgeSeconds)),
  failedRows: sum(topics, ({ failedRows }) => failedRows),
  blockedKeys: sum(topics, ({ blockedKeys }) => blockedKeys),
  waitingRows: sum(topics, ({ waitingRows }) => waitingRows),
  isCapped: topics.some(({ isCapped }) => isCapped),
});

const topicParts = (
  { topics, rates }: LookAroundDeps,
  { cluster, sources }: Findings,
  before: Overview | undefined,
): Overview['topics'] => {
  const unwritable = [...sources.values()].flatMap((found) =>
    'figures' in found ? found.figures.unwritablePartitions : [],
  );
  return topics.map(({ name: topic }) => {
    const errorOf = (partition: number) =>
      unwritable.find((each) => each.topic === topic && each.partition === partition)?.error ?? '';
    const figures = within(cluster, (seen) =>
      within(seen.topics.get(topic) ?? nothing, (partitions): Outcome<TopicFigures> => ({
        figures: {
          perSecond: rates.perSecond(`topic/${topic}`),
          partitions: partitions.map((each) => ({ ...each, error: errorOf(each.partition) })),
        },
      })),
    );
    const known = before?.topics.find((each) => each.topic === topic);
    return { topic, ...lookedAt(known, figures, cluster.at) };
  });
};

const groupParts = (
  deps: LookAroundDeps,
  findings: Findings,
  before: Overview | undefined,
): GroupOverview[] => {
  const inboxes = inboxParts(findings, before);
  const places = placesOf(deps, findings, before);
  // consumers whose groups Kafka has forgotten, or that were seen in the inbox only
  const alone = inboxes
    .filter((inbox) => !places.some((place) => isInboxOf(inbox, place)))
    .map(({ consumer: group, topic }) => ({ group, topic }));
  return [...places, ...alone].map((place) => {
    const { group, topic } = place;
    const figures = within(findings.cluster, ({ groups, groupsError, topics }) => {
      const partitions = topics.get(topic);
      const ends = partitions && 'figures' in partitions ? partitions.figures : [];
      const perSecond = deps.rates.perSecond(`group/${group}/${topic}`);
      const unlisted = groupsError === '' ? absent : { error: groupsError };
      return within(groups.get(group) ?? unlisted, (seen) => ({
        figures: { ...figuresOfGroup(seen, topic, ends), perSecond },
      }));
    });
    const known = before?.groups.find((each) => each.group === group && each.topic === topic);
    const inbox = inboxes.find((each) => isInboxOf(each, place));
    return {
      group,
      topic,
      ...lookedAt(known, figures, findings.cluster.at),
      ...(inbox && { inbox }),
    };
  });
};

const absent = { figures: { state: 'Dead', members: [], committed: [] } };

/** The groups on the topics of events; while Kafka cannot be asked, those that were there before. */
const placesOf = (
  { topics }: LookAroundDeps,
  { cluster }: Findings,
  before: Overview | undefined,
): { group: string; topic: string }[] => {
  const known = before?.groups.map(({ group, topic }) => ({ group, topic })) ?? [];
  if (!('figures' in cluster)) return known;
  return [...cluster.figures.groups].flatMap(([group, seen]) => {
    if (!('figures' in seen)) return known.filter((each) => each.group === group);
    const ofGroup = topicsOfGroup(seen.figures);
    return topics
      .filter(({ name }) => ofGroup.has(name))
      .map(({ name }) => ({ group, topic: name }));
  });
};

const inboxParts = ({ inboxes }: Findings, before: Overview | undefined): InboxOverview[] => {
  const known = before?.groups.flatMap(({ inbox }) => inbox ?? []) ?? [];
  const unknown = (
    { service, consumer, topic, ...each }: InboxOverview,
    { error, at }: { error: string; at: Date },
  ) => ({ service, consumer, topic, ...lookedAt<InboxFigures>(each, { error }, at) });
  if (!('figures' in inboxes)) return known.map((each) => unknown(each, inboxes));
  return [...inboxes.figures].flatMap(([service, found]) =>
    'figures' in found
      ? found.figures.map(({ consumer, topic, ...figures }) => ({
          service,
          consumer,
          topic,
          ...lookedAt(undefined, { figures }, found.at),
        }))
      : known.filter((each) => each.service === service).map((each) => unknown(each, found)),
  );
};
