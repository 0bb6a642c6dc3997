import type { DescService } from '@bufbuild/protobuf';
import { AppError } from '../../base/errors.ts';
import type { Caller, Tokens } from '../../base/tokens.ts';

/** The role that a caller needs for each RPC of a service, e.g. `orders:write`. No RPC may be omitted. */
export type RolesOf<S extends DescService> = Readonly<Record<keyof S['method'], string>>;

export interface Access<S extends DescService> {
  /** When undefined, everybody may call everything. */
  tokens: Tokens | undefined;
  roles: RolesOf<S>;
}

/**
 * Returns the caller, from the headers of the call; throws `unauthenticated` or
 * `permission-denied`.
 */
export type Authorize = (call: { header(name: string): string | undefined }) => Caller;

const bearer = /^bearer +([\w.~+/-]+=*) *$/i;

/** Creates the check of one RPC; undefined when no tokens are required. */
export const createAuthorize = (tokens: Tokens | undefined, role: string): Authorize | undefined =>
  tokens &&
  ((call) => {
    const [, token] = bearer.exec(call.header('authorization') ?? '') ?? [];
    if (token === undefined) throw unauthenticated('Send authorization: Bearer <token>.');
    const caller = tokens.find(token);
    if (caller === undefined) throw unauthenticated('The token is not known.');
    if (!caller.roles.has(role)) throw denied(caller.subject, role);
    return caller;
  });

const unauthenticated = (message: string): AppError =>
  new AppError('unauthenticated', 'unauthenticated', message);

const denied = (subject: string, role: string): AppError =>
  new AppError('denied', 'permission-denied', `${subject} lacks the role ${role}.`, {
    metadata: { role },
  });
