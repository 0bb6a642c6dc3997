import type { Answer } from './attack.ts';

// By design: a method or a coding that is not implemented, a limit or the end of the database's patience,
// a version of HTTP that is not spoken.
const fineStatuses: ReadonlySet<number> = new Set([501, 503, 504, 505]);
// The transports' own words for calls that never come to be, with the code that gRPC gives them; health is grpc-js's.
const bySpecification =
  /Invalid%20grpc-timeout|Failed%20to%20decompress|Error%20deserializing|received%20compressed%20envelope/;
const faultyCodes: ReadonlySet<string> = new Set(['INTERNAL', 'UNKNOWN', 'DATA_LOSS']);
// the same, as gRPC-Web writes them into the body
const faultyTrailer = /grpc-status: ?(2|13|15)\b/i;

/** Undefined: this is an answer that whoever sends anything at all may get. */
export const faultOf = ({ status, text }: Answer): string | undefined => {
  const isFaulty =
    typeof status === 'string'
      ? faultyCodes.has(status)
      : (status >= 500 && !fineStatuses.has(status)) || faultyTrailer.test(text);
  return isFaulty && !bySpecification.test(text) ? `${status}: ${text.slice(0, 300)}` : undefined;
};
