import { constants, type ServerHttp2Stream } from 'node:http2';

interface Inner {
  nextCall?: Inner;
  stream?: Pick<ServerHttp2Stream, 'close'>;
}

/**
 * Resets a grpc-js call at once. The library has no word for it: a status waits behind what the reader does
 * not take, so the call would stay for as long as its connection. This reaches for what it keeps private.
 */
export const resetGrpcStream = (call: object): void => {
  let inner: Inner | undefined = (call as { call?: Inner }).call;
  while (inner?.nextCall !== undefined) inner = inner.nextCall;
  inner?.stream?.close(constants.NGHTTP2_CANCEL);
};
