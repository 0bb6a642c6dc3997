import type { GetTimelineResponseSchema, OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { Slots } from '#platform/serving/watch/slots.ts';
import type { FoundOrder } from '../usecases/find-orders.ts';
import type { Lifecycle, ToldTimeline } from '../usecases/tell-lifecycles.ts';
import type { ShowTimelineInput } from '../usecases/show-timeline.ts';
import type { TimelineWatch } from '../usecases/watch-timelines.ts';
import { inSlot } from '#platform/serving/watch/in-slot.ts';
import { toProtoConsumer, toProtoTimer } from './inbox-to-proto.ts';
import { timed, toProtoEvent } from './to-proto.ts';

/** The use cases behind the RPCs that find and show orders. */
export interface TimelineUseCases {
  showTimeline: (input: ShowTimelineInput) => Promise<ToldTimeline>;
  findOrders: (text: string) => Promise<FoundOrder[]>;
}

/** What watches orders. */
export interface WatchUseCases {
  watchTimeline: TimelineWatch['watch'];
  slots: Pick<Slots, 'enter'>;
}

const usualLimit = 200;

/** Implements the RPCs that show orders. */
export const createTimelineService = (
  useCases: TimelineUseCases & WatchUseCases,
): Pick<Implementation<typeof OpsService>, 'getTimeline' | 'watchTimeline' | 'findOrders'> => ({
  getTimeline: async ({ key, source, topic, limit }) =>
    toProtoTimeline(
      await useCases.showTimeline({ key, source, topic, limit: limit || usualLimit }),
    ),
  watchTimeline: async function* ({ key }, { signal }) {
    const watch = (until: AbortSignal) => useCases.watchTimeline(key, until);
    for await (const timeline of inSlot(
      { slots: useCases.slots, signal, goOn: 'open it again' },
      watch,
    ))
      yield { timeline: toProtoTimeline(timeline) };
  },
  findOrders: async ({ text }) => ({ orders: await useCases.findOrders(text) }),
});

const toProtoTimeline = ({
  entries,
  hasEarlier,
  consumers,
  timers,
  lifecycles,
  whyStuck,
}: ToldTimeline): MessageInitShape<typeof GetTimelineResponseSchema> => ({
  hasEarlier,
  whyStuck,
  consumers: consumers.map(toProtoConsumer),
  timers: timers.map(toProtoTimer),
  entries: entries.map((entry) => ({ ...entry, event: toProtoEvent(entry.event) })),
  lifecycles: lifecycles.map(toProtoLifecycle),
});

const toProtoLifecycle = ({ steps, ...lifecycle }: Lifecycle) => ({
  ...lifecycle,
  steps: steps.map(({ at, after, ...step }) => ({ ...step, after: [...after], ...timed({ at }) })),
});
