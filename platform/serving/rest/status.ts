import { Code } from '#gen/google/rpc/code_pb.ts';
import type { ErrorBody } from '../http/answer.ts';
import { retryHeaderOf, type RpcFault } from '../rpc/errors.ts';
import type { RestOptions } from './options.ts';

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

export const restStatusOf = (code: Code, { preconditionStatus = 412 }: RestOptions): number =>
  code === Code.FAILED_PRECONDITION ? preconditionStatus : (statuses[code] ?? 500);

/** Converts a fault to the body that REST sends. */
export const toErrorBody = (fault: RpcFault, options: RestOptions): ErrorBody => {
  const { reason, fieldViolations, metadata } = fault;
  const { errorBody = 'full' } = options;
  const code = restStatusOf(fault.code, options);
  const headers = retryHeaderOf(fault);
  if (errorBody !== 'full')
    return shapeError({ code, message: shortMessage(fault), reason, headers }, options);
  return {
    code,
    message: fault.message,
    reason,
    headers,
    ...(fieldViolations.length > 0 && { field_violations: fieldViolations }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
};

/** The message is the only place where such a body can name the invalid fields. */
const shortMessage = ({ message, fieldViolations }: RpcFault): string => {
  const unnamed = fieldViolations.map(({ field }) => field).filter((one) => !message.includes(one));
  return unnamed.length === 0 ? message : `${unnamed.join(', ')}: ${message}`;
};

/** Gives a refusal the shape that the service's contract has for it. */
export const shapeError = (body: ErrorBody, options: RestOptions): ErrorBody => {
  if (options.errorBody !== 'nested') return body;
  const { message, reason } = body;
  return { ...body, json: { error: { code: reasonShown(reason, options), message } } };
};

/** How REST shows a reason: unchanged, or in capitals where the body is `nested`. */
export const reasonShown = (reason: string, { errorBody, errorCodes = {} }: RestOptions): string =>
  errorBody === 'nested'
    ? (errorCodes[reason] ?? reason.toUpperCase().replaceAll('-', '_'))
    : reason;
