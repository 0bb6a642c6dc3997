import { toFrame } from '../../services/ops/page/client/frames.ts';

/** Pages that are open, as ops sees them: streams that are read as they come. */
export interface OpenPages {
  /** How often something has come, of all pages. */
  arrivals: () => number;
  /** Ends the streams; throws when one of them has ended by itself. */
  close: () => Promise<void>;
}

/**
 * Opens `count` pages by turns: the overview, and the page of one of these orders. Resolves when each has its first
 * message. What comes is not looked at: that is the work of browsers, which are elsewhere.
 */
export const openPages = async (
  server: string,
  count: number,
  orders: readonly string[],
): Promise<OpenPages> => {
  const closed = new AbortController();
  const faults: string[] = [];
  let arrivals = 0;
  const open = async (rpc: string, request: object) => {
    const response = await fetch(`${server}/ops.v1.OpsService/${rpc}`, {
      method: 'POST',
      headers: { 'content-type': 'application/connect+json' },
      body: toFrame(request),
      signal: closed.signal,
    });
    const reader = response.body?.getReader();
    const first = Promise.withResolvers<undefined>();
    const read = async () => {
      try {
        while (reader !== undefined && !(await reader.read()).done) {
          arrivals += 1;
          first.resolve(undefined);
        }
        faults.push(`${rpc} has ended`);
      } catch (error) {
        if (!closed.signal.aborted) faults.push(`${rpc} broke: ${String(error)}`);
      }
      first.resolve(undefined);
    };
    const ended = read();
    await first.promise;
    // in an object, because the page is open long before its stream has ended
    return { ended };
  };
  const pages = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      number % 2 === 0
        ? open('WatchOverview', {})
        : open('WatchTimeline', { key: orders[number % orders.length] }),
    ),
  );
  return {
    arrivals: () => arrivals,
    close: async () => {
      closed.abort();
      await Promise.all(pages.map(({ ended }) => ended));
      if (faults.length > 0) throw new Error(faults.slice(0, 3).join('\n'));
    },
  };
};
