import { readFrames, toFrame } from '../../services/ops/page/client/frames.ts';

/** Pages that are open, as ops sees them: streams that are read as they come. */
export interface OpenPages {
  /** How many messages all of them have had so far. */
  messages: () => number;
  /** Ends the streams; throws when one of them has ended by itself. */
  close: () => Promise<void>;
}

interface View {
  rpc: 'WatchOverview' | 'WatchTimeline';
  request: object;
}

/** Opens `count` pages by turns: the overview, and the page of one of these orders. Resolves when each has its first message. */
export const openPages = async (
  server: string,
  count: number,
  orders: readonly string[],
): Promise<OpenPages> => {
  const closed = new AbortController();
  const faults: string[] = [];
  let messages = 0;
  const open = async ({ rpc, request }: View) => {
    const response = await fetch(`${server}/ops.v1.OpsService/${rpc}`, {
      method: 'POST',
      headers: { 'content-type': 'application/connect+json' },
      body: toFrame(request),
      signal: closed.signal,
    });
    if (response.body === null) throw new Error(`${rpc} was answered with ${response.status}`);
    const frames = readFrames(response.body);
    const first = await frames.next();
    if (first.done === true || first.value.isEnd)
      throw new Error(`${rpc} ended: ${JSON.stringify(first.value)}`);
    messages += 1;
    // in an object, because the page is open long before its stream has ended
    return { ended: readOn(rpc, frames) };
  };
  const readOn = async (rpc: string, frames: ReturnType<typeof readFrames>): Promise<void> => {
    try {
      for await (const { isEnd, json } of frames) {
        if (isEnd) faults.push(`${rpc} ended: ${JSON.stringify(json)}`);
        else messages += 1;
      }
    } catch (error) {
      if (!closed.signal.aborted) faults.push(`${rpc} broke: ${String(error)}`);
    }
  };
  const views = Array.from({ length: count }, (_, number): View => {
    if (number % 2 === 0) return { rpc: 'WatchOverview', request: {} };
    return { rpc: 'WatchTimeline', request: { key: orders[number % orders.length] } };
  });
  const pages = await Promise.all(views.map(open));
  return {
    messages: () => messages,
    close: async () => {
      closed.abort();
      await Promise.all(pages.map(({ ended }) => ended));
      if (faults.length > 0) throw new Error(faults.slice(0, 3).join('\n'));
    },
  };
};
