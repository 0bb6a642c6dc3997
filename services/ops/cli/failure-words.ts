import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import { CommandFailure } from './context.ts';

/** What went wrong, for people, with what to do; and the exit code. Undefined: a bug. */
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

// what sockets say when the other side is gone in the middle; Connect has no code of its own for it
const brokenConnection = /\b(EPIPE|ECONNRESET)\b|socket hang up/;

const unreachable = ({ code, rawMessage }: ConnectError, server: string): string =>
  code === Code.Unavailable || code === Code.DeadlineExceeded || brokenConnection.test(rawMessage)
    ? `ops is not reachable at ${server} (${rawMessage}). Start it with \`make up\`, or say where it is: --server or INORDER_OPS.`
    : `What answers at ${server} is not ops: ${rawMessage}. Say where it is: --server or INORDER_OPS.`;
