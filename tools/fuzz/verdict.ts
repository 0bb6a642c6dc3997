import type { Answer } from './attack.ts';

// These statuses are by design: an unimplemented method or coding, a limit or a database timeout, and an unsupported
// version of HTTP.
const fineStatuses: ReadonlySet<number> = new Set([501, 503, 504, 505]);
// The transports' own messages for calls that never start, with the codes that gRPC prescribes for them; grpc-js
// serves the health calls.
const bySpecification =
  /Invalid%20grpc-timeout|Failed%20to%20decompress|Error%20deserializing|received%20compressed%20envelope/;
const faultyCodes: ReadonlySet<string> = new Set(['INTERNAL', 'UNKNOWN', 'DATA_LOSS']);
// the same codes, as gRPC-Web writes them into the body
const faultyTrailer = /grpc-status: ?(2|13|15)\b/i;

/** Describes an answer that nobody should get, whatever they send; undefined for any other answer. */
export const faultOf = ({ status, text }: Answer): string | undefined => {
  const isFaulty =
    typeof status === 'string'
      ? faultyCodes.has(status)
      : (status >= 500 && !fineStatuses.has(status)) || faultyTrailer.test(text);
  return isFaulty && !bySpecification.test(text) ? `${status}: ${text.slice(0, 300)}` : undefined;
};
