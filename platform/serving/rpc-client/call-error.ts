import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import { AppError, type ErrorKind } from '../../base/errors.ts';

/**
 * What the other service may say to our caller through us. Not that our token is refused: nobody who calls
 * us can act on that.
 */
const refusalKinds: Partial<Record<Code, ErrorKind>> = {
  [Code.InvalidArgument]: 'invalid',
  [Code.NotFound]: 'not-found',
  [Code.AlreadyExists]: 'exists',
  [Code.FailedPrecondition]: 'precondition',
  [Code.Aborted]: 'conflict',
  [Code.ResourceExhausted]: 'exhausted',
};

/** No answer in time, or none at all: it may come when asked again. */
export const isAway = (error: unknown): error is ConnectError =>
  error instanceof ConnectError &&
  (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded || !isAnswer(error));

/** Whether the other service itself gave this status; else it is the connection's, or something's between. */
const isAnswer = ({ metadata }: ConnectError): boolean => metadata.has('grpc-status');

/** The other service's refusal as our own; undefined when it is none that a caller can act on. */
export const toRefusal = (error: unknown): AppError | undefined => {
  if (!(error instanceof ConnectError) || !isAnswer(error)) return undefined;
  const kind = refusalKinds[error.code];
  const [info] = error.findDetails(ErrorInfoSchema);
  if (kind === undefined || info === undefined) return undefined;
  const { reason, metadata } = info;
  return new AppError(kind, reason, error.rawMessage, { metadata, cause: error });
};
