import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import { CommandFailure } from './context.ts';

/** Describes an error for people, with what to do, and the exit code. Undefined for a bug. */
export const toFailure = (error: unknown, server: string): CommandFailure | undefined => {
  if (error instanceof CommandFailure) return error;
  if (!(error instanceof ConnectError)) return undefined;
  const [info] = error.findDetails(ErrorInfoSchema);
  if (!info) return new CommandFailure(unreachable(error, server));
  const fields = error
    .findDetails(BadRequestSchema)
    .flatMap(({ fieldViolations }) => fieldViolations)
    .map(({ field, description }) => `  ${field}: ${description}`);
  const hint = info.reason === 'source-missing' ? ' Name it with --source.' : '';
  const more = fields.filter((line) => !line.endsWith(`: ${error.rawMessage}`));
  const lines = [`Refused (${info.reason}): ${error.rawMessage}${hint}`, ...more];
  return new CommandFailure(lines.join('\n'), error.code === Code.InvalidArgument ? 2 : 1);
};

// The codes of a socket whose peer has gone; Connect has no code of its own for that.
const brokenConnection: unknown[] = ['EPIPE', 'ECONNRESET'];

const isAway = ({ code, cause }: ConnectError): boolean =>
  code === Code.Unavailable ||
  code === Code.DeadlineExceeded ||
  (Error.isError(cause) && 'code' in cause && brokenConnection.includes(cause.code));

const unreachable = (error: ConnectError, server: string): string =>
  isAway(error)
    ? `ops is not reachable at ${server} (${error.rawMessage}). Start it with \`make up\`, or say where it is: --server or INORDER_OPS.`
    : `What answers at ${server} is not ops: ${error.rawMessage}. Say where it is: --server or INORDER_OPS.`;
