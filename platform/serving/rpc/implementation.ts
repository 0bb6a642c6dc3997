import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { RpcContext } from './context.ts';

/**
 * The implementation of a service, one function per RPC, typed by its descriptor. The same object answers on
 * every server. A request that arrives has passed its protovalidate rules.
 */
export type Implementation<S extends DescService> = {
  [Name in keyof S['method']]: MethodImplementation<S['method'][Name]>;
};

export type MethodImplementation<M extends DescMethod> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: RpcContext) => Promise<MessageInitShape<O>>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, context: RpcContext) => AsyncIterable<MessageInitShape<O>>
      : never;
