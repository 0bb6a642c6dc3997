import { recordSpans, type RecordedSpans } from '../../testing/traces/record-spans.ts';
import { activeSpan, inSpan } from '../base/tracing/span.ts';
import { headersInTrace, startProcessing } from './event-spans.ts';
import { inSpans } from './timer/firing-spans.ts';
import type { ReceivedMessage } from './kafka/message.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const recorded = `00-${traceId}-${parentId}-01`;
const unrecorded = `00-${traceId}-${parentId}-00`;

let spans: RecordedSpans;
beforeEach(async () => {
  spans = await recordSpans();
});
afterEach(() => spans.end());

const event = (headers: Record<string, string>) => ({
  id: 'e-1',
  topic: 'orders',
  key: '7',
  eventType: 'T',
  headers,
});

describe('an event', () => {
  test('gets the traceparent of its creation, which continues the trace of what has caused it', async () => {
    const headers = headersInTrace(event({ traceparent: recorded, 'correlation-id': 'c' }));
    const [span] = (await spans.sent())['create orders']!;
    expect(span).toMatchObject({ traceId, parentId, kind: 'PRODUCER' });
    expect(span!.attributes).toMatchObject({
      'messaging.operation.type': 'create',
      'messaging.message.id': 'e-1',
      'messaging.kafka.message.key': '7',
    });
    expect(headers).toEqual({
      traceparent: `00-${traceId}-${span!.spanId}-01`,
      'correlation-id': 'c',
    });
  });

  test('keeps the traceparent of a trace that is not recorded', async () => {
    const headers = { traceparent: unrecorded };
    expect(headersInTrace(event(headers))).toEqual(headers);
    expect(await spans.sent()).toEqual({});
  });

  test('begins a trace when nothing has caused it', () => {
    expect(headersInTrace(event({}))['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});

test('a message is processed in the trace of its event', async () => {
  const message: ReceivedMessage = {
    topic: 'orders',
    partition: 1,
    offset: 42n,
    key: '7',
    value: undefined,
    headers: { traceparent: recorded, ce_id: 'e-1' },
    timestampMs: 0,
  };
  startProcessing('group', message)!.end();
  const [span] = (await spans.sent())['process orders']!;
  expect(span).toMatchObject({ traceId, parentId, kind: 'CONSUMER' });
  expect(span!.attributes).toMatchObject({
    'messaging.consumer.group.name': 'group',
    'messaging.destination.partition.id': '1',
    'messaging.kafka.offset': 42,
  });
});

describe('timers', () => {
  const timer = (key: string, payload: unknown) => ({
    kind: 'build',
    key,
    payload,
    dueAt: new Date(0),
    attempts: 0,
  });

  test('continue the trace that has scheduled them, whether the headers are the payload or in it', async () => {
    const payloads = [
      { traceparent: recorded },
      { method: 'CARD', headers: { traceparent: recorded, 'correlation-id': 'c' } },
    ];
    const got: unknown[] = [];
    for (const payload of payloads)
      await inSpans([timer('7', payload)], async ([fired]) => {
        got.push(fired!.payload);
        await inSpan('statement', {}, () => Promise.resolve());
      });
    const { 'fire build': fired, statement } = await spans.sent();
    expect(fired).toMatchObject([
      { traceId, parentId },
      { traceId, parentId },
    ]);
    const [first, second] = fired!.map(({ spanId }) => `00-${traceId}-${spanId}-01`);
    expect(got).toEqual([
      { traceparent: first },
      { method: 'CARD', headers: { traceparent: second, 'correlation-id': 'c' } },
    ]);
    expect(statement!.map((each) => each.parentId)).toEqual(fired!.map(({ spanId }) => spanId));
  });

  test.each([[undefined], [null], [7], ['text'], [{ other: 1 }], [{ headers: 1 }]])(
    'with the payload %j get it as it is',
    async (payload) => {
      await inSpans([timer('7', payload)], ([fired]) => {
        expect(fired!.payload).toEqual(payload);
        return Promise.resolve();
      });
      expect((await spans.sent())['fire build']).toHaveLength(1);
    },
  );

  test('of several orders keep their traces; what is done for all has a trace of its own, linked to them', async () => {
    const other = recorded.replace(traceId, traceId.replace('0a', '0b'));
    const timers = [
      timer('1', { traceparent: recorded }),
      timer('2', { traceparent: other }),
      timer('3', { traceparent: unrecorded }),
    ];
    const failing = inSpans(timers, () => {
      expect(activeSpan()).toBeDefined();
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    const fired = (await spans.sent())['fire build']!;
    const own = fired.filter((span) => span.parentId !== undefined);
    expect(own.map((span) => span.traceId)).toEqual([traceId, other.slice(3, 35)]);
    const [together] = fired.filter((span) => span.parentId === undefined);
    expect(together!.links.map(({ spanId }) => spanId)).toEqual(own.map(({ spanId }) => spanId));
    for (const span of fired) expect(span.error).toBe('Error');
  });
});
