import { StatusSchema } from '#gen/google/rpc/status_pb.ts';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '#gen/google/rpc/error_details_pb.ts';
import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { badRequestOf, errorInfoOf, retryInfoOf, type RpcFault } from './errors.ts';

/** Converts a fault to gRPC's rich error model: status, message and `grpc-status-details-bin`. */
export const toGrpcStatus = (fault: RpcFault): StatusObject => {
  const details = [anyPack(ErrorInfoSchema, errorInfoOf(fault))];
  const badRequest = badRequestOf(fault);
  if (badRequest !== undefined) details.push(anyPack(BadRequestSchema, badRequest));
  const retryInfo = retryInfoOf(fault);
  if (retryInfo !== undefined) details.push(anyPack(RetryInfoSchema, retryInfo));
  const status = create(StatusSchema, { code: fault.code, message: fault.message, details });
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)));
  const code: number = fault.code;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- equal by specification
  return { code, details: fault.message, metadata };
};
