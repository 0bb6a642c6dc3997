import { actsOn } from './acts-on.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { readsOf, type UseCasesParts } from './reads.ts';
import type { TimelineUseCases } from './rpc/timeline-service.ts';
import { listConsumed, listPositions, listTimers } from './store/consumed.ts';
import { findById, listFailed, listNewest } from './store/events.ts';
import { listFacts } from './store/facts.ts';
import { listHeld } from './store/held.ts';
import { findRecent } from './store/recent.ts';
import { listPublishers, listUnwritable } from './store/status.ts';
import { findOrders } from './usecases/find-orders.ts';
import { showConsumers } from './usecases/show-consumers.ts';
import { showTimeline } from './usecases/show-timeline.ts';
import { tellLifecycles } from './usecases/tell-lifecycles.ts';

/** Creates the use cases that find and show orders. */
export const createTimelineUseCases = (parts: UseCasesParts): TimelineUseCases => {
  const { reading, systems = [] } = parts;
  const { sources } = readsOf(parts);
  return {
    showTimeline: createTimeline(parts, readsOfTimeline(parts)),
    findOrders: findOrders({
      systems,
      sources,
      listFacts: listFacts(reading),
      findById: findById(reading),
      findRecent: findRecent(reading),
    }),
  };
};

/** What a timeline is read with. */
export const readsOfTimeline = (parts: UseCasesParts) => {
  const { reading } = parts;
  return {
    ...readsOf(parts),
    listPublishers: listPublishers(reading),
    listUnwritable: listUnwritable(reading),
    listNewest: listNewest(reading),
    listFailed: listFailed(reading),
    partitionOf: partitionsOf(parts),
    listConsumed: listConsumed(reading),
    listPositions: listPositions(reading),
    listTimers: listTimers(reading),
    listHeld: listHeld(reading),
    actsOn,
    listFacts: listFacts(reading),
  };
};

/** Creates the use case that shows a timeline, of what it is read with. */
export const createTimeline = (
  { systems = [] }: Pick<UseCasesParts, 'systems'>,
  reads: ReturnType<typeof readsOfTimeline>,
): TimelineUseCases['showTimeline'] =>
  tellLifecycles({
    systems,
    listFacts: reads.listFacts,
    loadNow: reads.loadNow,
    showTimeline: showTimeline({ ...reads, showConsumers: showConsumers(reads) }),
  });

const partitionsOf = ({ topics }: UseCasesParts) => {
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions]));
  return (topic: string, key: string): number | undefined => {
    const partitions = counts.get(topic);
    return partitions === undefined ? undefined : partitionOf(key, partitions);
  };
};
