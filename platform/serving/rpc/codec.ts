import type { Message } from '@bufbuild/protobuf';

export type Protocol = 'grpc' | 'connect' | 'grpc-web' | 'rest';

/** How a protocol reads a request and writes an answer. `decode` throws AppErrors for what it cannot read. */
export interface Codec<In, Out> {
  protocol: Protocol;
  decode(raw: In): Message;
  encode(answer: Message): Out;
}
