import type {
  GroupOverview,
  Overview,
  SourceOverview,
  TopicOverview,
} from '#gen/ops/v1/overview_pb.ts';
import type { Wire } from '../../client/wire.ts';

/** One topic with who writes to it and who reads it; without a topic for outboxes that have written nothing yet. */
export interface Lane {
  topic: Wire<TopicOverview> | undefined;
  sources: Wire<SourceOverview>[];
  groups: Wire<GroupOverview>[];
}

/** Puts the overview into rows, one a topic. An outbox stands in the row of its first topic. */
export const lanesOf = ({ sources, topics, groups }: Wire<Overview>): Lane[] => {
  const shown = new Set<string>();
  const lanes = topics.map((topic): Lane => {
    const writers = sources.filter(
      (each) => each.topics.includes(topic.topic) && !shown.has(each.source),
    );
    for (const { source } of writers) shown.add(source);
    return { topic, sources: writers, groups: groups.filter((each) => each.topic === topic.topic) };
  });
  const others = sources.filter(({ source }) => !shown.has(source));
  const isUsed = ({ sources: writers, groups: readers }: Lane) =>
    writers.length > 0 || readers.length > 0;
  const used = lanes.filter(isUsed);
  return others.length === 0 ? used : [...used, { topic: undefined, sources: others, groups: [] }];
};
