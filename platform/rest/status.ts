import { Code } from '#gen/google/rpc/code_pb.ts';
import type { ErrorBody } from '../http-answer.ts';
import type { RpcFault } from '../rpc/errors.ts';

const statuses: Partial<Record<Code, number>> = {
  [Code.CANCELLED]: 499,
  [Code.INVALID_ARGUMENT]: 400,
  [Code.DEADLINE_EXCEEDED]: 504,
  [Code.NOT_FOUND]: 404,
  [Code.ALREADY_EXISTS]: 409,
  [Code.PERMISSION_DENIED]: 403,
  [Code.UNAUTHENTICATED]: 401,
  [Code.RESOURCE_EXHAUSTED]: 429,
  [Code.FAILED_PRECONDITION]: 412,
  [Code.ABORTED]: 409,
  [Code.OUT_OF_RANGE]: 400,
  [Code.UNIMPLEMENTED]: 501,
  [Code.UNAVAILABLE]: 503,
};

/** `preconditionStatus` is what FAILED_PRECONDITION becomes. */
export const restStatusOf = (code: Code, preconditionStatus: 412 | 400): number =>
  code === Code.FAILED_PRECONDITION ? preconditionStatus : (statuses[code] ?? 500);

/** A fault as REST shows it. */
export const toErrorBody = (fault: RpcFault, preconditionStatus: 412 | 400): ErrorBody => ({
  code: restStatusOf(fault.code, preconditionStatus),
  message: fault.message,
  reason: fault.reason,
  ...(fault.fieldViolations.length > 0 && { field_violations: fault.fieldViolations }),
  ...(Object.keys(fault.metadata).length > 0 && { metadata: fault.metadata }),
});
