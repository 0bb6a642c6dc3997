import { setImmediate as nextTurn } from 'node:timers/promises';
import { findFreePort } from '../../../testing/free-port.ts';
import { startTraceReceiver, type TraceReceiver } from '../../../testing/traces/receiver.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { batched } from '../batched.ts';
import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { z } from 'zod';
import { traceSettings } from './settings.ts';
import {
  activeSpan,
  inSpan,
  isRecordedHere,
  isTracing,
  runIn,
  startSpan,
  untilSettled,
  useTracer,
} from './span.ts';
import { startTracing } from './start-tracing.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const recorded = `00-${traceId}-b7ad6b7169203331-01`;
const unrecorded = `00-${traceId}-b7ad6b7169203331-00`;
const schema = z.object(traceSettings);

let lines: Record<string, unknown>[];
let receiver: TraceReceiver;
let close: () => Promise<void>;

const logger = createLogger(
  { service: 'test', level: 'debug', format: 'json', isTraced: true },
  { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
);

const start = async (env: Record<string, string> = {}): Promise<void> => {
  const settings = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    ...env,
  };
  close = await startTracing({ service: 'loms', config: loadConfig(schema, settings), logger });
};

/** What was sent, by name. */
const sent = async () => {
  await close();
  return Object.fromEntries(receiver.spans.map((span) => [span.name, span]));
};

beforeEach(async () => {
  lines = [];
  close = () => Promise.resolve();
  receiver = await startTraceReceiver();
});
afterEach(async () => {
  await close();
  useTracer(undefined);
  await receiver.close();
});

test('by default nothing is recorded, and work is called as it is', async () => {
  await start({ OTEL_TRACES_EXPORTER: 'none' });
  expect(isTracing()).toBe(false);
  expect(startSpan('call', recorded, {})).toBeUndefined();
  expect(isRecordedHere(recorded)).toBe(false);
  const result = Promise.resolve(1);
  expect(inSpan('part', {}, () => result)).toBe(result);
  expect(runIn(undefined, () => activeSpan())).toBeUndefined();
});

test('spans arrive by OTLP with service, kind, parent, attributes, error and links', async () => {
  await start();
  const call = startSpan('call', recorded, { kind: 'server', attributes: { rpc: 'x', n: 1 } })!;
  const failing = () =>
    inSpan('part', { kind: 'client', links: [recorded] }, () =>
      Promise.reject(new AppError('conflict', 'busy', 'Password: secret')),
    );
  await expect(call.run(failing)).rejects.toThrow('secret');
  call.end();
  const { call: first, part } = await sent();
  expect(first).toMatchObject({
    traceId,
    parentId: 'b7ad6b7169203331',
    service: 'loms',
    kind: 'SERVER',
    attributes: { rpc: 'x', n: 1 },
    error: undefined,
  });
  expect(part).toMatchObject({ traceId, parentId: call.spanId, kind: 'CLIENT', error: 'busy' });
  expect(part!.links).toEqual([{ traceId, spanId: 'b7ad6b7169203331' }]);
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
});

test('a caller whose trace is not recorded is passed on, and nothing is recorded', async () => {
  await start();
  expect(startSpan('call', unrecorded, {})).toBeUndefined();
  expect(isRecordedHere(unrecorded)).toBe(false);
  expect(await sent()).toEqual({});
});

test('a trace that begins here and is not recorded says so to those who come after', async () => {
  await start({ OTEL_TRACES_SAMPLER_ARG: '0' });
  const call = startSpan('call', undefined, {})!;
  expect(call.isRecorded).toBe(false);
  expect(call.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(call.run(() => activeSpan())).toBeUndefined();
  // a caller that records goes before the share of this process
  startSpan('of a caller', recorded, {})!.end();
  startSpan('linked', undefined, { links: [recorded] })!.end();
  expect(Object.keys(await sent()).toSorted()).toEqual(['linked', 'of a caller']);
});

test('of many traces the share of the setting is recorded', async () => {
  await start({ OTEL_TRACES_SAMPLER_ARG: '0.1' });
  const spans = Array.from({ length: 5_000 }, () => startSpan('call', undefined, {})!);
  const count = spans.filter(({ isRecorded }) => isRecorded).length;
  expect(count).toBeGreaterThan(350);
  expect(count).toBeLessThan(650);
});

test('the active span follows the work through promises, and only that', async () => {
  await start();
  const [one, other] = [startSpan('one', undefined, {})!, startSpan('other', undefined, {})!];
  const look = async () => {
    await nextTurn();
    return activeSpan()?.spanId;
  };
  expect(await Promise.all([one.run(look), other.run(look), look()])).toEqual([
    one.spanId,
    other.spanId,
    undefined,
  ]);
});

test('work for several callers belongs to the first one that is recorded', async () => {
  await start();
  const together = batched(async (items: readonly string[]) => {
    await nextTurn();
    return items.map(() => activeSpan()?.spanId);
  }, 10);
  const span = startSpan('call', undefined, {})!;
  const results = await Promise.all([together('a'), span.run(() => together('b'))]);
  expect(results).toEqual([span.spanId, span.spanId]);
});

test('lines of the log name the trace and the span, and others do not', async () => {
  await start();
  const span = startSpan('call', recorded, {})!;
  await untilSettled(span, async () => {
    await nextTurn();
    logger.info('inside');
  });
  logger.info('outside');
  expect(lines[0]).toMatchObject({ msg: 'inside', trace_id: traceId, span_id: span.spanId });
  expect(lines[1]).not.toHaveProperty('trace_id');
});

test('what is long is cut, and what is too much is left out', async () => {
  await start();
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`a${i}`, 'x'.repeat(999)]),
  );
  startSpan('call', undefined, { attributes: many })!.end();
  const { attributes } = (await sent())['call']!;
  expect(Object.keys(attributes).length).toBeLessThanOrEqual(32);
  for (const text of Object.values(attributes))
    expect(String(text).length).toBeLessThanOrEqual(256);
});

test.each([
  ['otlp', 'OTEL_EXPORTER_OTLP_ENDPOINT', ''],
  ['zipkin', 'OTEL_EXPORTER_ZIPKIN_ENDPOINT', '/api/v2/spans'],
])('a trace store that is away costs one line (%s)', async (exporter, setting, path) => {
  const port = await findFreePort();
  await start({
    OTEL_TRACES_EXPORTER: exporter,
    [setting]: `http://127.0.0.1:${port}${path}`,
  });
  startSpan('lost', undefined, {})!.end();
  const failures = () => lines.filter(({ msg }) => msg === 'sending traces failed; retrying');
  await waitFor(() => failures().length >= 1, { what: 'the first failure' });
  startSpan('lost too', undefined, {})!.end();
  await waitFor(() => failures().length >= 2, { what: 'the second failure' });
  expect(failures().map(({ level }) => level)).toEqual(['warn', 'debug']);
});

test('a trace store that never answers does not hold up the end', async () => {
  await start();
  receiver.freeze();
  for (let n = 0; n < 20_000; n += 1) startSpan('call', undefined, {})!.end();
  const before = performance.now();
  await close();
  expect(performance.now() - before).toBeLessThan(10_000);
  // no more, and all of them, so that they are answered when the receiver closes
  await waitFor(() => receiver.requests() >= 8, { what: 'the requests' });
  expect(receiver.requests()).toBe(8);
});
