import type { DescService } from '@bufbuild/protobuf';
import type { Refusals } from '../base/errors.ts';
import { databaseRefusals } from '../database/errors.ts';
import { apiNotes, type ApiNotes, type MethodNotes } from './openapi/notes.ts';
import type { RolesOf } from './rpc/access.ts';

/** What a service promises of its RPCs beside their messages: who may call them, and why they refuse. */
export interface Contract<S extends DescService> {
  readonly desc: S;
  readonly roles: RolesOf<S>;
  readonly notes: ApiNotes;
}

type RpcContracts<S extends DescService> = {
  readonly [Name in keyof S['method']]: MethodNotes<S['method'][Name], keyof S['method']> & {
    /** What a caller needs where tokens are asked for, e.g. `orders:write`. */
    role: string;
  };
};

/** One entry an RPC; an RPC without one is a fault of types. Each may refuse for the database's sake, too. */
export const defineContract = <S extends DescService>(
  desc: S,
  rpcs: RpcContracts<S>,
  ofEach: Refusals = {},
): Contract<S> => {
  const entries = Object.entries(rpcs as Record<string, { role: string }>);
  return {
    desc,
    roles: Object.fromEntries(entries.map(([name, { role }]) => [name, role])) as RolesOf<S>,
    notes: apiNotes(desc, { refusals: { ...databaseRefusals, ...ofEach }, methods: rpcs }),
  };
};
