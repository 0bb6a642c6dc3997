import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import { CommandFailure } from './command-failure.ts';
import { messageOf } from './message-of.ts';

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
  // The message itself may be what is said of a field, with or without its name.
  const more = fields.filter((line) => !` ${line}`.endsWith(` ${error.rawMessage}`));
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

const hasCode = (error: unknown, codes: unknown[]): boolean =>
  Error.isError(error) && 'code' in error && codes.includes(error.code);

/** Whether a connection broke that had been there. */
export const isBroken = (error: unknown): boolean => hasCode(error, brokenConnection);

const isAway = ({ code, cause }: ConnectError): boolean =>
  code === Code.Unavailable || code === Code.DeadlineExceeded || isBroken(cause);

const unreachable = (error: ConnectError, peer: Peer): CommandFailure => {
  if (isUntrusted(error.cause)) return untrustedFailure(peer, error.rawMessage);
  const words = isAway(error) ? awayFailure : strangerFailure;
  return words(peer, error.rawMessage);
};

/** The failure when a request got no answer. */
export const unansweredFailure = (peer: Peer, error: unknown): CommandFailure => {
  const words = isUntrusted(error) ? untrustedFailure : awayFailure;
  return words(peer, messageOf(error));
};

// What Node says of a certificate that none of the known authorities has issued.
const untrustedCertificate: unknown[] = [
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

const isUntrusted = (error: unknown): boolean => hasCode(error, untrustedCertificate);

const untrustedFailure = ({ name, url }: Peer, why: string): CommandFailure =>
  new CommandFailure(
    `The certificate of ${name} at ${url} is not trusted (${why}). Set INORDER_CA_FILE to a file with the certificate of the authority that issued it.`,
  );

/** The failure when nothing answers at the address. */
const awayFailure = ({ name, url, setting }: Peer, why: string): CommandFailure =>
  new CommandFailure(
    `${name} is not reachable at ${url} (${why}). Start it with \`make up\`, or say where it is: --server or ${setting}.`,
  );

/** The failure when what answers is not the service. */
export const strangerFailure = ({ name, url, setting }: Peer, why: string): CommandFailure =>
  new CommandFailure(
    `What answers at ${url} is not ${name}: ${why}. Say where it is: --server or ${setting}.`,
  );
