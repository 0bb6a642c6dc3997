import type { OperationSchema, OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { FollowedOperation } from '../usecases/follow-operation.ts';
import type { KeptOperation, OperationsPage } from '../usecases/operation.ts';
import { idFromPageToken } from './page-token.ts';
import { toTimestamp } from './to-proto.ts';

/** The use cases behind the RPCs on operations. */
export interface OperationsUseCases {
  listOperations: (page: OperationsPage) => Promise<KeptOperation[]>;
  followOperation: (id: string) => Promise<FollowedOperation>;
}

const defaultPage = 50;

type OperationsRpc = 'listOperations' | 'getOperation';

export const createOperationsService = (
  useCases: OperationsUseCases,
): Pick<Implementation<typeof OpsService>, OperationsRpc> => ({
  listOperations: async ({ pageSize, pageToken, ...asked }) => {
    const { source, actor, operation, withoutDryRuns } = asked;
    const limit = pageSize || defaultPage;
    const beforeId = idFromPageToken(pageToken);
    const page = { source, actor, operation, withoutDryRuns, beforeId, limit: limit + 1 };
    const found = await useCases.listOperations(page);
    const operations = found.slice(0, limit);
    return {
      operations: operations.map(toProtoOperation),
      nextPageToken: found.length > limit ? (operations.at(-1)?.id ?? '') : '',
    };
  },
  getOperation: async ({ id }) => {
    const { operation, ...counts } = await useCases.followOperation(id);
    return { operation: toProtoOperation(operation), ...counts };
  },
});

const toProtoOperation = ({
  at,
  ...operation
}: KeptOperation): MessageInitShape<typeof OperationSchema> => ({
  ...operation,
  at: toTimestamp(at),
  arguments: JSON.stringify(operation.arguments),
});
