import type { RpcContext } from '#platform/serving/rpc/context.ts';

/** The owner of the token is the actor, whatever name is given. */
export const actorOf = ({ actor }: { actor: string }, { caller }: RpcContext): string =>
  caller ?? actor;
