import { Code } from '#gen/google/rpc/code_pb.ts';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '#gen/google/rpc/error_details_pb.ts';
import { ConnectError } from '@connectrpc/connect';
import { badRequestOf, errorInfoOf, retryHeaderOf, retryInfoOf, type RpcFault } from './errors.ts';

/** Converts a fault for Connect's handlers: code, message, ErrorInfo and, for invalid fields, BadRequest. */
export const toConnectError = (fault: RpcFault): ConnectError => {
  const details: NonNullable<ConstructorParameters<typeof ConnectError>[3]> = [
    { desc: ErrorInfoSchema, value: errorInfoOf(fault) },
  ];
  const badRequest = badRequestOf(fault);
  if (badRequest !== undefined) details.push({ desc: BadRequestSchema, value: badRequest });
  const retryInfo = retryInfoOf(fault);
  if (retryInfo !== undefined) details.push({ desc: RetryInfoSchema, value: retryInfo });
  // a 401 must say which authentication is expected
  const headers = {
    ...(fault.code === Code.UNAUTHENTICATED && { 'www-authenticate': 'Bearer' }),
    ...retryHeaderOf(fault),
  };
  // The numbers of Connect's codes are gRPC's.
  const code: number = fault.code;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- equal by specification
  return new ConnectError(fault.message, code, headers, details, fault);
};
