import { Code } from '#gen/google/rpc/code_pb.ts';
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { ConnectError } from '@connectrpc/connect';
import { badRequestOf, errorInfoOf, type RpcFault } from './errors.ts';

/** A fault as Connect's handlers send it: code, message, ErrorInfo and, for wrong fields, BadRequest. */
export const toConnectError = (fault: RpcFault): ConnectError => {
  const details: NonNullable<ConstructorParameters<typeof ConnectError>[3]> = [
    { desc: ErrorInfoSchema, value: errorInfoOf(fault) },
  ];
  const badRequest = badRequestOf(fault);
  if (badRequest !== undefined) details.push({ desc: BadRequestSchema, value: badRequest });
  // a 401 says what is to be sent instead
  const headers = fault.code === Code.UNAUTHENTICATED ? { 'www-authenticate': 'Bearer' } : {};
  // The numbers of Connect's codes are gRPC's.
  const code: number = fault.code;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- equal by specification
  return new ConnectError(fault.message, code, headers, details, fault);
};
