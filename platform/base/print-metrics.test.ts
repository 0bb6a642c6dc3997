import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createRpcDurations } from './rpc-durations.ts';
import { printMetrics } from './print-metrics.ts';

// the header of Prometheus 2.42
const accept =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

const setUp = () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'events_total', help: 'Events.', registers }).inc(2);
  new Gauge({ name: 'lag_messages', help: 'Lag.', labelNames: ['topic'], registers }).set(
    { topic: 'a' },
    3,
  );
  const exemplars = new Histogram({
    name: 'publish_seconds',
    help: 'Time.',
    buckets: [1],
    enableExemplars: true,
    // prom-client refuses it in a registry of the other format, but not as a metric that was made elsewhere
    registers: [],
  });
  registry.registerMetric(exemplars);
  exemplars.observe({ labels: {}, value: 0.5, exemplarLabels: { trace_id: 'abc' } });
  createRpcDurations(registry)({ rpc: 'Do', protocol: 'grpc', code: 'ok' })(0.002);
  return registry;
};

test('OpenMetrics has counters under their family names, exemplars and an end, and no empty line', async () => {
  const { body, contentType } = await printMetrics(setUp(), accept);
  expect(contentType).toMatch('application/openmetrics-text; version=1.0.0');
  expect(body).toMatch(/^# TYPE events counter\nevents_total 2$/m);
  expect(body).toMatch(/^publish_seconds_bucket\{le="1"\} 1 # \{trace_id="abc"\} 0.5 /m);
  expect(body).toMatch(/^rpc_duration_seconds_count\{rpc="Do",protocol="grpc",code="ok"\} 1$/m);
  expect(body).not.toContain('\n\n');
  expect(body.endsWith('\n# EOF\n')).toBe(true);
});

test('after that, the other format has the names that it had', async () => {
  const registry = setUp();
  const before = await printMetrics(registry, undefined);
  await printMetrics(registry, accept);
  expect(await printMetrics(registry, 'text/plain')).toEqual(before);
  expect(before.body).toMatch(/^# TYPE events_total counter\nevents_total 2$/m);
});
