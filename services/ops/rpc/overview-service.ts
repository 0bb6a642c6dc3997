import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import {
  WatchOverviewResponseSchema,
  type WatchOverviewResponse,
} from '#gen/ops/v1/overview_pb.ts';
import { create } from '@bufbuild/protobuf';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { Overview } from '../domain/overview.ts';
import type { RateHistory } from '../domain/rates.ts';
import { inSlot } from '#platform/serving/watch/in-slot.ts';
import { toProtoHistory, toProtoOverview } from './overview-to-proto.ts';
import type { WatchUseCases } from './timeline-service.ts';

/** The use cases behind the RPCs on the flow of events. */
export interface OverviewUseCases {
  latestOverview: () => Promise<Overview>;
  watchOverview: (signal: AbortSignal) => AsyncIterable<Overview>;
  rateHistory: () => RateHistory;
}

export const createOverviewService = (
  useCases: OverviewUseCases & Pick<WatchUseCases, 'slots'>,
): Pick<Implementation<typeof OpsService>, 'getOverview' | 'watchOverview'> => ({
  getOverview: async () => ({
    overview: toProtoOverview(await useCases.latestOverview()),
  }),
  watchOverview: async function* (_request, { signal }) {
    let isFirst = true;
    for await (const overview of inSlot(
      { slots: useCases.slots, signal, goOn: 'open it again' },
      useCases.watchOverview,
    )) {
      const message = messageOf(overview);
      yield isFirst ? withHistory(message, useCases.rateHistory()) : message;
      isFirst = false;
    }
  },
});

const withHistory = (
  { overview }: WatchOverviewResponse,
  history: RateHistory,
): WatchOverviewResponse =>
  create(WatchOverviewResponseSchema, {
    ...(overview && { overview }),
    history: toProtoHistory(history),
  });

const messages = new WeakMap<Overview, WatchOverviewResponse>();

/** All who watch get the same message; it is frozen, so that it is written once, too (patches/@connectrpc+connect). */
const messageOf = (overview: Overview): WatchOverviewResponse => {
  const known = messages.get(overview);
  if (known) return known;
  const made = create(WatchOverviewResponseSchema, { overview: toProtoOverview(overview) });
  messages.set(overview, Object.freeze(made));
  return made;
};
