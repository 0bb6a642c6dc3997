import type { DescMethod, DescService, JsonObject } from '@bufbuild/protobuf';
import type { ErrorKind, Refusals } from '../errors.ts';

/** A request header that an RPC looks at. */
export interface HeaderNote {
  name: string;
  description: string;
  schema: JsonObject;
}

/** What the contract's document says of an RPC, and its proto cannot. */
export interface MethodNotes {
  /** Beside those that the platform gives by itself. */
  refusals?: Refusals;
  headers?: readonly HeaderNote[];
}

export interface ServiceNotes<S extends DescService> {
  /** Of every RPC. */
  refusals?: Refusals;
  methods: { readonly [Name in keyof S['method']]: MethodNotes };
}

/** The notes on the RPCs that have any. */
export type ApiNotes = ReadonlyMap<DescMethod, Required<MethodNotes>>;

/** Notes on every RPC of a service; one without is a fault of types. */
export const apiNotes = <S extends DescService>(service: S, notes: ServiceNotes<S>): ApiNotes => {
  const methods: Readonly<Record<string, MethodNotes>> = notes.methods;
  return new Map(
    service.methods.map((method) => {
      const { refusals, headers = [] } = methods[method.localName] ?? {};
      return [method, { refusals: merge(notes.refusals, refusals), headers }];
    }),
  );
};

const merge = (...many: (Refusals | undefined)[]): Refusals => {
  const merged: Partial<Record<ErrorKind, string[]>> = {};
  for (const refusals of many) {
    for (const [kind, reasons] of Object.entries(refusals ?? {}))
      (merged[kind as ErrorKind] ??= []).push(...reasons);
  }
  return merged;
};
