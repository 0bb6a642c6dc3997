import { Registry, type Metric, type OpenMetricsContentType } from 'prom-client';

/** Metrics as text, in the format that was asked for. */
export interface PrintedMetrics {
  contentType: string;
  body: string;
}

/** Prints all metrics: as OpenMetrics when the header `accept` names it, otherwise in Prometheus's own format. */
export const printMetrics = async (
  registry: Registry,
  accept: string | undefined,
): Promise<PrintedMetrics> => {
  if (!accept?.includes('application/openmetrics-text'))
    return { contentType: registry.contentType, body: await registry.metrics() };
  const printer = new Registry<OpenMetricsContentType>();
  printer.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const { getMetricsAsString: print } = printer as unknown as OpenMetricsPrinter;
  const all = registry.getMetricsAsArray() as unknown as PrintableMetric[];
  const texts = await Promise.all(
    all.map((metric) => print.call(printer, underFamilyName(metric))),
  );
  return { contentType: printer.contentType, body: `${texts.join('\n')}\n# EOF\n` };
};

/** What prom-client's types lack. */
interface OpenMetricsPrinter {
  getMetricsAsString: (metric: Printable) => Promise<string>;
}

type Printable = Pick<Metric, 'get'>;
type PrintableMetric = Printable & { name: string; type: string };

/**
 * OpenMetrics knows a counter by its name without `_total`. prom-client's own `metrics()` would rename it for good, and
 * the other format would then have the wrong name.
 */
const underFamilyName = (metric: PrintableMetric): Printable => {
  if (metric.type !== 'counter') return metric;
  return {
    get: async () => ({ ...(await metric.get()), name: metric.name.replace(/_total$/, '') }),
  };
};
