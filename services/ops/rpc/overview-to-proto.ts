import type {
  GroupOverviewSchema,
  HistorySchema,
  InboxOverviewSchema,
  KnownSchema,
  OverviewSchema,
  SourceOverviewSchema,
  TopicOverviewSchema,
} from '#gen/ops/v1/overview_pb.ts';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  GroupOverview,
  InboxOverview,
  Known,
  Overview,
  SourceOverview,
  TopicOverview,
} from '../domain/overview.ts';
import type { RateHistory } from '../domain/rates.ts';
import { timed, toTimestamp } from './to-proto.ts';

export const toProtoOverview = (overview: Overview): MessageInitShape<typeof OverviewSchema> => ({
  at: toTimestamp(overview.at),
  problems: overview.problems.map(({ since, ...problem }) => ({ ...problem, ...timed({ since }) })),
  sources: overview.sources.map(toProtoSource),
  publishers: overview.publishers.figures ?? [],
  publishersKnown: toProtoKnown(overview.publishers),
  topics: overview.topics.map(toProtoTopic),
  groups: overview.groups.map(toProtoGroup),
});

const toProtoKnown = ({
  observedAt,
  unknownSince,
  error,
}: Known): MessageInitShape<typeof KnownSchema> => ({
  error,
  ...timed({ observedAt, unknownSince }),
});

const toProtoSource = (part: SourceOverview): MessageInitShape<typeof SourceOverviewSchema> => {
  const { source, bucketsWithoutOwner, figures } = part;
  const named = { source, known: toProtoKnown(part) };
  if (figures === undefined) return named;
  const { createdPerSecond, sentPerSecond, ...counts } = figures;
  return {
    ...named,
    ...counts,
    bucketsWithoutOwner,
    ...given({ createdPerSecond, sentPerSecond }),
  };
};

const toProtoTopic = (part: TopicOverview): MessageInitShape<typeof TopicOverviewSchema> => {
  const { topic, figures } = part;
  return {
    topic,
    known: toProtoKnown(part),
    partitions: (figures?.partitions ?? []).map(({ endOffset, ...partition }) => ({
      ...partition,
      ...given({ endOffset }),
    })),
    ...given({ perSecond: figures?.perSecond }),
  };
};

const toProtoGroup = (part: GroupOverview): MessageInitShape<typeof GroupOverviewSchema> => {
  const { group, topic, figures, inbox } = part;
  const named = {
    group,
    topic,
    known: toProtoKnown(part),
    ...(inbox && { inbox: toProtoInbox(inbox) }),
  };
  if (figures === undefined) return named;
  const { state, members, partitions, perSecond, lag: behind } = figures;
  return {
    ...named,
    state,
    members,
    partitions: partitions.map(({ partition, committedOffset, lag }) => ({
      partition,
      ...given({ committedOffset, lag }),
    })),
    ...given({ perSecond, lag: behind }),
  };
};

const toProtoInbox = (part: InboxOverview): MessageInitShape<typeof InboxOverviewSchema> => {
  const { service, consumer, figures } = part;
  return { service, consumer, known: toProtoKnown(part), ...figures };
};

export const toProtoHistory = ({
  fromMs,
  stepMs,
  series,
}: RateHistory): MessageInitShape<typeof HistorySchema> => ({
  from: toTimestamp(new Date(fromMs)),
  stepSeconds: stepMs / 1_000,
  series,
});

/** Keeps the values that are known. */
const given = <Values extends Record<string, unknown>>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
