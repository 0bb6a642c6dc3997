import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { OverviewSchema, type Overview as OverviewMessage } from '#gen/ops/v1/overview_pb.ts';
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
  getOverview: async () => ({ overview: toMessage(await useCases.latestOverview()) }),
  watchOverview: async function* (_request, { signal }) {
    let isFirst = true;
    for await (const overview of inSlot(
      { slots: useCases.slots, signal, goOn: 'open it again' },
      useCases.watchOverview,
    )) {
      const history = isFirst ? { history: toProtoHistory(useCases.rateHistory()) } : {};
      isFirst = false;
      yield { overview: toMessage(overview), ...history };
    }
  },
});

const messages = new WeakMap<Overview, OverviewMessage>();

/** All who watch get the same message, which is made once. */
const toMessage = (overview: Overview): OverviewMessage => {
  const made = messages.get(overview) ?? create(OverviewSchema, toProtoOverview(overview));
  messages.set(overview, made);
  return made;
};
