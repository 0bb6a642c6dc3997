import { constants } from 'node:http2';
import { http2StreamOf } from './grpc-http2.ts';

/**
 * Resets a grpc-js call at once. The library has no API for it: a status waits behind what the reader does
 * not take, so the call would stay for as long as its connection.
 */
export const resetGrpcStream = (call: object): void => {
  http2StreamOf(call)?.close(constants.NGHTTP2_CANCEL);
};
