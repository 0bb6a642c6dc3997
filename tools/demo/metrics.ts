/** One sample of /metrics. */
export interface Sample {
  metric: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads a process's metrics, as a monitoring system would. */
export const readMetrics = async (url: string): Promise<Sample[]> => {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(3_000) });
  return (await response.text()).split('\n').flatMap(parseSample);
};

const parseSample = (line: string): Sample[] => {
  const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (!found) return [];
  const [, metric = '', labelText = '', value] = found;
  const pairs = [...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text]);
  return [
    { metric, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) },
  ];
};
