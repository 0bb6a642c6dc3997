import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import { AppError, type ErrorKind } from '../../base/errors.ts';

/**
 * The refusals of the other service that we pass on to our caller. A refused token of ours is not among them,
 * because our callers cannot act on it.
 */
const refusalKinds: Partial<Record<Code, ErrorKind>> = {
  [Code.InvalidArgument]: 'invalid',
  [Code.NotFound]: 'not-found',
  [Code.AlreadyExists]: 'exists',
  [Code.FailedPrecondition]: 'precondition',
  [Code.Aborted]: 'conflict',
  [Code.ResourceExhausted]: 'exhausted',
};

/** No answer in time, or none at all: a retry may succeed. */
export const isAway = (error: unknown): error is ConnectError =>
  error instanceof ConnectError &&
  (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded || !isAnswer(error));

/**
 * Whether the other service itself gave this status; otherwise the connection or something in between did.
 */
const isAnswer = ({ metadata }: ConnectError): boolean => metadata.has('grpc-status');

/** Converts the refusal of the other service to ours; undefined when callers cannot act on it. */
export const toRefusal = (error: unknown): AppError | undefined => {
  if (!(error instanceof ConnectError) || !isAnswer(error)) return undefined;
  const kind = refusalKinds[error.code];
  const [info] = error.findDetails(ErrorInfoSchema);
  if (kind === undefined || info === undefined) return undefined;
  const { reason, metadata } = info;
  return new AppError(kind, reason, error.rawMessage, { metadata, cause: error });
};
