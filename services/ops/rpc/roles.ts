import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { RolesOf } from '#platform/serving/rpc/access.ts';

/** What a caller needs where tokens are asked for. */
export const opsRoles: RolesOf<typeof OpsService> = {
  getOutboxStatus: 'ops:read',
  showOrder: 'ops:read',
  listBlocked: 'ops:read',
  getTimeline: 'ops:read',
  getInboxStatus: 'ops:read',
  listDeadLetters: 'ops:read',
  listOperations: 'ops:read',
  redrive: 'ops:write',
  discard: 'ops:write',
  replay: 'ops:write',
  redriveDeadLetters: 'ops:write',
  discardDeadLetter: 'ops:write',
};
