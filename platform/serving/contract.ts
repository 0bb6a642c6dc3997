import type { DescService } from '@bufbuild/protobuf';
import type { Refusals } from '../base/errors.ts';
import { databaseRefusals } from '../database/errors.ts';
import { apiNotes, type ApiNotes, type MethodNotes } from './openapi/notes.ts';
import type { RolesOf } from './rpc/access.ts';

/**
 * What a service promises of its RPCs in addition to their messages: who may call them, and why they refuse.
 */
export interface Contract<S extends DescService> {
  readonly desc: S;
  readonly roles: RolesOf<S>;
  readonly notes: ApiNotes;
}

type RpcContracts<S extends DescService> = {
  readonly [Name in keyof S['method']]: MethodNotes<S['method'][Name], keyof S['method']> & {
    /** The role that a caller needs where tokens are required, e.g. `orders:write`. */
    role: string;
  };
};

/**
 * Defines one entry per RPC; a missing one is a type error. The refusals of the database are added to each.
 */
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
