import { CallError, toCallError, unreachable } from './call-error.ts';
import { isBack, isLost } from './connection.ts';
import { readFrames, toFrame } from './frames.ts';
import { send } from './send.ts';
import { askForToken, loadToken } from './token.ts';
import type { Answer, Request, StreamRpc } from './wire.ts';

export interface Watcher<Name extends StreamRpc> {
  onMessage: (message: Answer<Name>) => void;
  /** It will not be asked again, because the answer would be the same. */
  onRefused: (error: CallError) => void;
}

const backOff = { firstMs: 500, mostMs: 10_000 };
// A connection that has died without a word is noticed after this time; the whole state comes with the next one.
const silentMs = 45_000;
// a second try gets the same answer
const final = new Set(['invalid_argument', 'not_found', 'permission_denied', 'unimplemented']);

/**
 * Follows an RPC of ops until the returned function is called. A lost connection is said on the page and opened
 * again, so every message has to be whole by itself. Nothing is asked while nobody can see the page: browsers allow
 * few connections for all its tabs.
 */
export const watch = <Name extends StreamRpc>(
  rpc: Name,
  request: Request<Name>,
  watcher: Watcher<Name>,
): (() => void) => {
  const part = Symbol(rpc);
  const stopped = new AbortController();
  const isStopped = () => stopped.signal.aborted;
  const follow = async () => {
    let waitMs = backOff.firstMs;
    const onMessage = (message: Answer<Name>) => {
      waitMs = backOff.firstMs;
      isBack(part);
      watcher.onMessage(message);
    };
    while (!isStopped()) {
      await visible(stopped.signal);
      const error = await readOnce({ rpc, request, onMessage, signal: stopped.signal });
      if (isStopped() || document.hidden || error === 'again') continue;
      if (error !== undefined && final.has(error.code)) {
        watcher.onRefused(error);
        break;
      }
      isLost(part);
      await pause(waitMs * (0.75 + Math.random() / 2), stopped.signal);
      waitMs = Math.min(waitMs * 2, backOff.mostMs);
    }
    isBack(part);
  };
  void follow();
  return () => stopped.abort();
};

interface Reading<Name extends StreamRpc> {
  rpc: Name;
  request: Request<Name>;
  onMessage: (message: Answer<Name>) => void;
  signal: AbortSignal;
}

/** Reads one stream to its end. Returns why it ended: `again` when it may be opened again at once. */
const readOnce = async <Name extends StreamRpc>({
  rpc,
  request,
  onMessage,
  signal,
}: Reading<Name>): Promise<CallError | 'again' | undefined> => {
  const cut = new AbortController();
  const cutIt = () => cut.abort();
  const cutHidden = () => {
    if (document.hidden) cut.abort();
  };
  signal.addEventListener('abort', cutIt);
  document.addEventListener('visibilitychange', cutHidden);
  let silence = setTimeout(cutIt, silentMs);
  const token = loadToken();
  try {
    const contentType = 'application/connect+json';
    const response = await send({
      rpc,
      contentType,
      body: toFrame(request),
      token,
      signal: cut.signal,
    });
    if (response.body === null) return unreachable();
    for await (const { isEnd, json } of readFrames(response.body)) {
      clearTimeout(silence);
      silence = setTimeout(cutIt, silentMs);
      if (isEnd) return await endOf(json, token);
      onMessage(json as Answer<Name>);
    }
    return unreachable();
  } catch (error) {
    if (cut.signal.aborted) return 'again';
    return error instanceof CallError ? error : unreachable();
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', cutIt);
    document.removeEventListener('visibilitychange', cutHidden);
    cut.abort();
  }
};

const endOf = async (
  json: unknown,
  token: string | undefined,
): Promise<CallError | 'again' | undefined> => {
  const { error: refused } = json as { error?: unknown };
  if (refused === undefined) return undefined;
  const error = toCallError(refused);
  if (error.code !== 'unauthenticated') return error;
  await askForToken(token, error.message);
  return 'again';
};

const visible = (signal: AbortSignal): Promise<void> =>
  document.hidden ? untilEvent(document, 'visibilitychange', signal) : Promise.resolve();

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

const untilEvent = (target: EventTarget, name: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => resolve();
    target.addEventListener(name, done, { once: true, signal });
    signal.addEventListener('abort', done);
  });
