import type { Message } from '@bufbuild/protobuf';
import { decodeJson } from '../../proto/json/decode.ts';
import { parseJson } from '../../proto/json/parse.ts';
import type { Codec, Protocol } from './codec.ts';
import { decodeBinary } from './decode-binary.ts';
import type { RpcMethod } from './service.ts';

/**
 * A request as Connect hands it over: undecoded, so that decoding is part of the call, as in each protocol.
 */
export interface UnreadRequest {
  readonly encoding: 'binary' | 'json';
  readonly bytes: Uint8Array;
}

const unread = (encoding: UnreadRequest['encoding']) => ({
  readBytes: (_desc: unknown, bytes: Uint8Array): UnreadRequest => ({ encoding, bytes }),
});

/** Options with which Connect's router passes requests on undecoded; `readBytes` is from our patch. */
export const unreadRequests = {
  binaryOptions: { ...unread('binary'), writeUnknownFields: true },
  jsonOptions: { ...unread('json'), ignoreUnknownFields: false },
};

/**
 * Reads requests by the same rules as REST and gRPC. Connect writes the answers itself, within its own
 * limits.
 */
export const createConnectCodec = (
  { desc: { input } }: RpcMethod,
  protocol: Protocol,
): Codec<UnreadRequest, Message> => ({
  protocol,
  decode: ({ encoding, bytes }) =>
    encoding === 'binary'
      ? decodeBinary(input, bytes)
      : decodeJson(input, parseJson(bytes), { unknownFields: 'refuse' }),
  encode: (answer) => answer,
});
