import {
  create,
  type DescMethod,
  type DescService,
  type JsonObject,
  type Message,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import type { Refusals } from '../../base/errors.ts';

/** A header that an RPC reads, or sets in its answers. */
export interface HeaderNote {
  name: string;
  description: string;
  schema: JsonObject;
}

/** Where the answer of this RPC contains another RPC's parameters: JSON pointers by parameter name. */
export type LinkNote = Readonly<Record<string, string>>;

/** What the document says about an RPC that its proto cannot. */
export interface MethodNotes<M extends DescMethod, Names extends PropertyKey> {
  /** In addition to those of the platform. */
  refusals?: Refusals;
  headers?: readonly HeaderNote[];
  /** The headers that its answers may have. */
  answerHeaders?: readonly HeaderNote[];
  /**
   * Named requests that a freshly seeded system accepts, when all examples are sent in the order of the
   * document. The first one can be repeated. Values that `links` fill in are omitted.
   */
  examples?: Readonly<Record<string, MessageInitShape<M['input']>>>;
  links?: Readonly<Partial<Record<Names, LinkNote>>>;
}

export interface ServiceNotes<S extends DescService> {
  /** The refusals of every RPC. */
  refusals?: Refusals;
  methods: {
    readonly [Name in keyof S['method']]: MethodNotes<S['method'][Name], keyof S['method']>;
  };
}

/** The notes on one RPC. */
export interface RpcNotes {
  /** The refusals that all RPCs of the service have. */
  readonly common: Refusals;
  readonly refusals: Refusals;
  readonly headers: readonly HeaderNote[];
  readonly answerHeaders: readonly HeaderNote[];
  readonly examples: ReadonlyMap<string, Message>;
  readonly links: ReadonlyMap<DescMethod, LinkNote>;
}

/** The notes on the RPCs that have any. */
export type ApiNotes = ReadonlyMap<DescMethod, RpcNotes>;

/** The notes of an RPC without any. */
export const noNotes: RpcNotes = {
  common: {},
  refusals: {},
  headers: [],
  answerHeaders: [],
  examples: new Map(),
  links: new Map(),
};

/** Collects notes on every RPC of a service; a missing one is a type error. */
export const apiNotes = <S extends DescService>(service: S, notes: ServiceNotes<S>): ApiNotes => {
  const methods: Readonly<Record<string, MethodNotes<DescMethod, string>>> = notes.methods;
  return new Map(
    service.methods.map((method) => {
      const {
        refusals = {},
        headers = [],
        answerHeaders = [],
        examples = {},
        links = {},
      } = methods[method.localName] ?? {};
      return [
        method,
        {
          common: notes.refusals ?? {},
          refusals,
          headers,
          answerHeaders,
          examples: new Map(
            Object.entries(examples).map(([name, init]) => [name, create(method.input, init)]),
          ),
          links: new Map(
            service.methods.flatMap((one) => {
              const link = links[one.localName];
              return link === undefined ? [] : [[one, link] as const];
            }),
          ),
        },
      ];
    }),
  );
};
