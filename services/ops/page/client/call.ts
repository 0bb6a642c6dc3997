import { CallError, toCallError, unreachable } from './call-error.ts';
import { send } from './send.ts';
import { askForToken, loadToken } from './token.ts';
import type { Answer, Request, UnaryRpc } from './wire.ts';

/**
 * Calls an RPC of ops. Throws a CallError when it is refused or ops cannot be reached. Where a token is needed, the
 * reader is asked for one and the call is made again.
 */
export const call = async <Name extends UnaryRpc>(
  rpc: Name,
  request: Request<Name>,
  signal?: AbortSignal,
): Promise<Answer<Name>> => {
  for (;;) {
    const token = loadToken();
    const body = JSON.stringify(request);
    const response = await send({ rpc, contentType: 'application/json', body, token, signal });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as Answer<Name>;
    const error = answer === undefined ? unreachable() : toCallError(answer);
    if (error.code !== 'unauthenticated') throw error;
    await askForToken(token, error.message);
  }
};

/** What to tell the reader of a failed call. */
export const wordsOf = (error: unknown): string =>
  error instanceof CallError ? error.message : String(error);
