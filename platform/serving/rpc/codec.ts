import type { Message } from '@bufbuild/protobuf';

export type Door = 'grpc' | 'connect' | 'grpc-web' | 'rest';

/** How a door reads a request and writes an answer. `decode` throws AppErrors for what it cannot read. */
export interface Codec<In, Out> {
  door: Door;
  decode(raw: In): Message;
  encode(answer: Message): Out;
}
