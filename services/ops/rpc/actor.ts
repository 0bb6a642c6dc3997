import type { RpcContext } from '#platform/serving/rpc/context.ts';

/** Whose token it is, did it, whatever name is given. */
export const actorOf = ({ actor }: { actor: string }, { caller }: RpcContext): string =>
  caller ?? actor;
