import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { StuckGroupSchema } from '#gen/ops/v1/stuck_pb.ts';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { IgnoreCauseInput } from '../usecases/ignore-cause.ts';
import type { ShownGroup, Stuck } from '../usecases/list-stuck.ts';
import { actorOf } from './actor.ts';
import { timed, toDate } from './to-proto.ts';

/** The use cases behind the RPCs on what is stuck. */
export interface StuckUseCases {
  listStuck: (service: string) => Promise<Stuck>;
  ignoreCause: (input: IgnoreCauseInput) => Promise<string>;
}

type StuckRpc = 'listStuck' | 'ignoreCause';

export const createStuckService = (
  useCases: StuckUseCases,
): Pick<Implementation<typeof OpsService>, StuckRpc> => ({
  listStuck: async ({ service }) => {
    const { groups, ignored } = await useCases.listStuck(service);
    return { groups: groups.map(toProtoGroup), ignored: ignored.map(toProtoGroup) };
  },
  ignoreCause: async (request, context) => {
    const { cause, reason } = request;
    const actor = actorOf(request, context);
    const until = toDate(request.until);
    return { operationId: await useCases.ignoreCause({ actor, cause, until, reason }) };
  },
});

const toProtoGroup = ({
  ignored,
  partition,
  since,
  newest,
  sample,
  ...group
}: ShownGroup): MessageInitShape<typeof StuckGroupSchema> => ({
  ...group,
  ...(partition !== undefined && { partition }),
  sample: [...sample],
  ...timed({ since, newest, ignoredUntil: ignored?.until }),
  ignoredBy: ignored?.by ?? '',
  ignoreReason: ignored?.reason ?? '',
});
