import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { opsContract } from '../contract.ts';

/** The RPCs that serve the page alone. */
export const createConsoleService = (): Pick<Implementation<typeof OpsService>, 'getOperator'> => ({
  getOperator: (_request, context) =>
    Promise.resolve({
      name: context.caller ?? '',
      canWrite: context.hasRole(opsContract.roles.redrive),
    }),
});
