import {
  create,
  type DescMethod,
  type DescService,
  type JsonObject,
  type Message,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import type { Refusals } from '../../base/errors.ts';

/** A request header that an RPC looks at. */
export interface HeaderNote {
  name: string;
  description: string;
  schema: JsonObject;
}

/** Where another RPC's parameters stand in this one's answer: JSON pointers by the parameters' names. */
export type LinkNote = Readonly<Record<string, string>>;

/** What the contract's document says of an RPC, and its proto cannot. */
export interface MethodNotes<M extends DescMethod, Names extends PropertyKey> {
  /** Beside those that the platform gives by itself. */
  refusals?: Refusals;
  headers?: readonly HeaderNote[];
  /**
   * Requests that a freshly seeded system accepts, by a name, when all examples are sent in the order of the
   * document. The first one can be repeated. What `links` fill in is left out.
   */
  examples?: Readonly<Record<string, MessageInitShape<M['input']>>>;
  links?: Readonly<Partial<Record<Names, LinkNote>>>;
}

export interface ServiceNotes<S extends DescService> {
  /** Of every RPC. */
  refusals?: Refusals;
  methods: {
    readonly [Name in keyof S['method']]: MethodNotes<S['method'][Name], keyof S['method']>;
  };
}

/** The notes on one RPC. */
export interface RpcNotes {
  /** The reasons that all RPCs of the service have. */
  readonly common: Refusals;
  readonly refusals: Refusals;
  readonly headers: readonly HeaderNote[];
  readonly examples: ReadonlyMap<string, Message>;
  readonly links: ReadonlyMap<DescMethod, LinkNote>;
}

/** The notes on the RPCs that have any. */
export type ApiNotes = ReadonlyMap<DescMethod, RpcNotes>;

/** Of an RPC of which nothing is noted. */
export const noNotes: RpcNotes = {
  common: {},
  refusals: {},
  headers: [],
  examples: new Map(),
  links: new Map(),
};

/** Notes on every RPC of a service; one without is a fault of types. */
export const apiNotes = <S extends DescService>(service: S, notes: ServiceNotes<S>): ApiNotes => {
  const methods: Readonly<Record<string, MethodNotes<DescMethod, string>>> = notes.methods;
  return new Map(
    service.methods.map((method) => {
      const {
        refusals = {},
        headers = [],
        examples = {},
        links = {},
      } = methods[method.localName] ?? {};
      return [
        method,
        {
          common: notes.refusals ?? {},
          refusals,
          headers,
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
