import type { Named } from './running-system.ts';

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

/** Counts the violations of the order of events that consumers have noticed themselves. */
export const countViolations = async (consumers: readonly Named[]): Promise<number> => {
  const samples = await Promise.all(consumers.map(({ url }) => readMetrics(url)));
  return samples
    .flat()
    .filter(({ metric }) => metric === 'order_violations_total')
    .reduce((sum, { value }) => sum + value, 0);
};
