import { Counter, Gauge, Registry } from 'prom-client';
import { recordSpans } from '../../testing/traces/record-spans.ts';
import { printMetrics } from './print-metrics.ts';
import { createRpcDurations } from './rpc-durations.ts';
import { createTracedHistogram } from './traced-histogram.ts';

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
  const ofCall = createRpcDurations(registry)({ rpc: 'Do', protocol: 'grpc', code: 'ok' });
  ofCall(0.0007, 'abc');
  ofCall(0.003, undefined);
  const config = { name: 'delay_seconds', help: 'Time.', labelNames: ['source'], buckets: [1] };
  createTracedHistogram(config, registry).observe({ source: 'loms' }, 60, 'def');
  return registry;
};

test('OpenMetrics has counters under their family names and an end, and no empty line', async () => {
  const { body, contentType } = await printMetrics(setUp(), accept);
  expect(contentType).toMatch('application/openmetrics-text; version=1.0.0');
  expect(body).toMatch(/^# TYPE events counter\nevents_total 2$/m);
  expect(body).toMatch(/^rpc_duration_seconds_count\{rpc="Do",protocol="grpc",code="ok"\} 2$/m);
  expect(body).not.toContain('# {');
  expect(body).not.toContain('\n\n');
  expect(body.endsWith('\n# EOF\n')).toBe(true);
});

test('with tracing a bucket names the last recorded trace in it, in OpenMetrics alone', async () => {
  const spans = await recordSpans();
  try {
    const registry = setUp();
    const plain = await printMetrics(registry, undefined);
    const { body } = await printMetrics(registry, accept);
    const exemplars = body.split('\n').filter((line) => line.includes('# {'));
    expect(exemplars).toEqual([
      expect.stringMatching(
        /^rpc_duration_seconds_bucket\{le="0.001",.*\} 1 # \{trace_id="abc"\} 0.0007 \d+/,
      ),
      expect.stringMatching(
        /^delay_seconds_bucket\{le="\+Inf",source="loms"\} 1 # \{trace_id="def"\} 60 \d+/,
      ),
    ]);
    await spans.end();
    expect(await printMetrics(setUp(), undefined)).toEqual(plain);
  } finally {
    await spans.end();
  }
});

test('after that, the other format has the names that it had', async () => {
  const registry = setUp();
  const before = await printMetrics(registry, undefined);
  await printMetrics(registry, accept);
  expect(await printMetrics(registry, 'text/plain')).toEqual(before);
  expect(before.body).toMatch(/^# TYPE events_total counter\nevents_total 2$/m);
});
