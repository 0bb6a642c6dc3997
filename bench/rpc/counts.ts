/** Returns how many calls of an RPC the server has counted since the previous call of this function, by code. */
export type CountCalls = () => Promise<Record<string, number>>;

/** Creates a function that reads `/metrics`, as a monitoring system would. */
export const createCounter = (httpPort: number, rpc: string): CountCalls => {
  let before: Record<string, number> = {};
  return async () => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/metrics`);
    const now = countsOf(await response.text(), rpc);
    const grown = Object.entries(now).map(([code, count]) => [code, count - (before[code] ?? 0)]);
    before = now;
    return Object.fromEntries(grown.filter(([, count]) => count !== 0)) as Record<string, number>;
  };
};

const countsOf = (metrics: string, rpc: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const line of metrics.split('\n')) {
    if (!line.startsWith('rpc_duration_seconds_count') || !line.includes(`rpc="${rpc}"`)) continue;
    const code = /code="(\w+)"/.exec(line)?.[1] ?? '?';
    counts[code] = (counts[code] ?? 0) + Number(line.slice(line.lastIndexOf(' ')));
  }
  return counts;
};
