import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import { CommandFailure } from './command-failure.ts';

/** The service that a command line calls. */
export interface Peer {
  /** Its name for people. */
  name: string;
  /** Where it is. */
  url: string;
  /** The variable that says where it is. */
  setting: string;
  /** What to do about a refusal, by its reason. */
  hints?: Readonly<Record<string, string>>;
}

/** Describes an error for people, with what to do, and the exit code. Undefined for a bug. */
export const toFailure = (error: unknown, peer: Peer): CommandFailure | undefined => {
  if (error instanceof CommandFailure) return error;
  if (!(error instanceof ConnectError)) return undefined;
  const [info] = error.findDetails(ErrorInfoSchema);
  if (!info) return unreachable(error, peer);
  const fields = error
    .findDetails(BadRequestSchema)
    .flatMap(({ fieldViolations }) => fieldViolations)
    .map(({ field, description }) => `  ${field}: ${description}`);
  const hint = peer.hints?.[info.reason];
  const more = fields.filter((line) => !line.endsWith(`: ${error.rawMessage}`));
  const lines = [
    `${refusedWords(info.reason, error.rawMessage)}${hint ? ` ${hint}` : ''}`,
    ...more,
  ];
  return new CommandFailure(lines.join('\n'), error.code === Code.InvalidArgument ? 2 : 1);
};

/** Says that the server has refused something, with its reason and its message. */
export const refusedWords = (reason: string, message: string): string =>
  `Refused (${reason}): ${message}`;

// The codes of a socket whose peer has gone; Connect has no code of its own for that.
const brokenConnection: unknown[] = ['EPIPE', 'ECONNRESET'];

const isAway = ({ code, cause }: ConnectError): boolean =>
  code === Code.Unavailable ||
  code === Code.DeadlineExceeded ||
  (Error.isError(cause) && 'code' in cause && brokenConnection.includes(cause.code));

const unreachable = (error: ConnectError, peer: Peer): CommandFailure =>
  isAway(error) ? awayFailure(peer, error.rawMessage) : strangerFailure(peer, error.rawMessage);

/** The failure when nothing answers at the address. */
export const awayFailure = ({ name, url, setting }: Peer, why: string): CommandFailure =>
  new CommandFailure(
    `${name} is not reachable at ${url} (${why}). Start it with \`make up\`, or say where it is: --server or ${setting}.`,
  );

/** The failure when what answers is not the service. */
export const strangerFailure = ({ name, url, setting }: Peer, why: string): CommandFailure =>
  new CommandFailure(
    `What answers at ${url} is not ${name}: ${why}. Say where it is: --server or ${setting}.`,
  );
