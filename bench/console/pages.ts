import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
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
  const agent = new Agent({ maxSockets: Infinity });
  const faults: string[] = [];
  let isClosed = false;
  let arrivals = 0;
  const open = async (rpc: string, message: object): Promise<IncomingMessage> => {
    const call = request(`${server}/ops.v1.OpsService/${rpc}`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/connect+json' },
    });
    call.end(toFrame(message));
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.on('data', () => (arrivals += 1));
    response.on('error', () => undefined);
    response.on('close', () => {
      if (!isClosed) faults.push(`${rpc} has ended`);
    });
    await once(response, 'data');
    return response;
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
      isClosed = true;
      const ended = pages.map(async (page) => {
        if (!page.closed) await once(page, 'close');
      });
      for (const page of pages) page.destroy();
      await Promise.all(ended);
      agent.destroy();
      if (faults.length > 0) throw new Error(faults.slice(0, 3).join('\n'));
    },
  };
};
