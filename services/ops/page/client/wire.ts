import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { MessageShape } from '@bufbuild/protobuf';

type Methods = (typeof OpsService)['method'];
type MethodName = keyof Methods;

type NamesOf<Kind> = {
  [Name in MethodName]: Methods[Name]['methodKind'] extends Kind ? Capitalize<Name> : never;
}[MethodName];

/** The names of the RPCs of ops. */
export type Rpc = Capitalize<MethodName>;
/** The names of those that answer once. */
export type UnaryRpc = NamesOf<'unary'>;
/** The names of those that go on answering. */
export type StreamRpc = NamesOf<'server_streaming'>;

type MethodOf<Name extends string> = Methods[Uncapitalize<Name> & MethodName];

/** The request of an RPC; what is left out has its default. */
export type Request<Name extends Rpc> = Asked<Wire<MessageShape<MethodOf<Name>['input']>>>;
/** The answer of an RPC, with every field that has a default. */
export type Answer<Name extends Rpc> = Wire<MessageShape<MethodOf<Name>['output']>>;

type Asked<T> = T extends readonly (infer Item)[]
  ? Asked<Item>[]
  : T extends object
    ? { [Field in keyof T]?: Asked<T[Field]> }
    : T;

/** A message as its JSON has it: 64-bit numbers, times and bytes are strings. */
export type Wire<T> = T extends bigint | Uint8Array | TimeLike
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? {
          [Field in keyof T as Field extends '$typeName' | '$unknown' ? never : Field]: Wire<
            T[Field]
          >;
        }
      : T;

interface TimeLike {
  $typeName: 'google.protobuf.Timestamp' | 'google.protobuf.Duration';
}
