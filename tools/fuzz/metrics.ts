/** Reads from the service's metrics how many OrderCreate calls ended with each code, over all protocols. */
export const countCreations = async (url: string): Promise<ReadonlyMap<string, number>> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = new Map<string, number>();
  const line = /^rpc_duration_seconds_count\{rpc="[\w.]+\/OrderCreate",.*code="(\w+)"\} (\d+)$/gm;
  for (const [, code = '', count] of text.matchAll(line))
    counts.set(code, (counts.get(code) ?? 0) + Number(count));
  return counts;
};
