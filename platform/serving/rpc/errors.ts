import { Code } from '#gen/google/rpc/code_pb.ts';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
  type BadRequest,
  type ErrorInfo,
  type RetryInfo,
} from '#gen/google/rpc/error_details_pb.ts';
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { AppError, type ErrorKind } from '../../base/errors.ts';
import { InvalidRequest, type FieldViolation } from '../../proto/validation/invalid-request.ts';

export interface RpcFaultOptions {
  code: Code;
  reason: string;
  /** The domain of the reason: `inorder.<service>`. */
  domain: string;
  metadata?: Readonly<Record<string, string>>;
  fieldViolations?: readonly FieldViolation[];
  /** After how long the client may try again. */
  retryAfterMs?: number | undefined;
}

/** How a call failed, in the form that leaves the process. Protocols only encode it. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly code: Code;
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: RpcFaultOptions, cause?: unknown) {
    // Transports percent-encode the status message, which throws on half a surrogate pair.
    super(message.toWellFormed(), { cause });
    this.code = options.code;
    this.reason = options.reason;
    this.domain = options.domain;
    this.metadata = options.metadata ?? {};
    this.fieldViolations = options.fieldViolations ?? [];
    this.retryAfterMs = options.retryAfterMs;
  }
}

export const codeOfKind: Record<ErrorKind, Code> = {
  invalid: Code.INVALID_ARGUMENT,
  unauthenticated: Code.UNAUTHENTICATED,
  denied: Code.PERMISSION_DENIED,
  'not-found': Code.NOT_FOUND,
  exists: Code.ALREADY_EXISTS,
  precondition: Code.FAILED_PRECONDITION,
  conflict: Code.ABORTED,
  exhausted: Code.RESOURCE_EXHAUSTED,
  unavailable: Code.UNAVAILABLE,
};

/**
 * An AppError keeps its message; anything else is a bug and becomes "internal error", with its cause kept
 * inside.
 */
export const toFault = (error: unknown, domain: string): RpcFault => {
  if (error instanceof RpcFault) return error;
  if (!(error instanceof AppError)) {
    return new RpcFault(
      'internal error',
      { code: Code.INTERNAL, reason: 'internal', domain },
      error,
    );
  }
  const { kind, reason, metadata, retryAfterMs, message } = error;
  const fieldViolations = violationsOf(error);
  return new RpcFault(
    message,
    { code: codeOfKind[kind], reason, domain, metadata, fieldViolations, retryAfterMs },
    error,
  );
};

const violationsOf = (error: AppError): readonly FieldViolation[] => {
  if (error instanceof InvalidRequest) return error.fieldViolations;
  if (error.field === undefined) return [];
  return [{ field: error.field, description: error.message }];
};

export const deadlineFault = (domain: string): RpcFault =>
  new RpcFault('deadline exceeded', {
    code: Code.DEADLINE_EXCEEDED,
    reason: 'deadline-exceeded',
    domain,
  });

export const cancelledFault = (domain: string): RpcFault =>
  new RpcFault('the client has gone', { code: Code.CANCELLED, reason: 'cancelled', domain });

export const stoppingFault = (domain: string): RpcFault =>
  new RpcFault('the server is stopping', { code: Code.UNAVAILABLE, reason: 'stopping', domain });

export const stalledFault = (domain: string): RpcFault =>
  new RpcFault('the client stopped reading the stream', {
    code: Code.RESOURCE_EXHAUSTED,
    reason: 'reader-stalled',
    domain,
  });

export const errorInfoOf = ({ reason, domain, metadata }: RpcFault): ErrorInfo =>
  create(ErrorInfoSchema, { reason, domain, metadata: { ...metadata } });

/** Undefined when no field is invalid. */
export const badRequestOf = ({ fieldViolations }: RpcFault): BadRequest | undefined =>
  fieldViolations.length === 0
    ? undefined
    : create(BadRequestSchema, { fieldViolations: fieldViolations.map((one) => ({ ...one })) });

/** Undefined when the fault does not say when to try again. */
export const retryInfoOf = ({ retryAfterMs }: RpcFault): RetryInfo | undefined =>
  retryAfterMs === undefined
    ? undefined
    : create(RetryInfoSchema, { retryDelay: durationFromMs(retryAfterMs) });

/** The HTTP header that says when to try again, in whole seconds; none when the fault does not say it. */
export const retryHeaderOf = ({ retryAfterMs }: RpcFault): Record<string, string> =>
  retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
