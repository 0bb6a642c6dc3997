import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import { recordSpans, type RecordedSpans } from '../../../testing/traces/record-spans.ts';
import { startSending } from './sending-spans.ts';

const now = () => new Date(10_000);
const traceOf = (digit: string) => digit.repeat(32);
const from = (digit: string, flags = '01') => ({
  traceparent: `00-${traceOf(digit)}-${'1'.repeat(16)}-${flags}`,
});
const request = (...headers: Record<string, string>[]) => [
  {
    topic: 'orders',
    partition: 3,
    rows: headers.map((each, i) =>
      unsentRow({ id: `e-${i}`, headers: each, createdAtMs: 9_750, attempts: 2 }),
    ),
  },
];

let spans: RecordedSpans;

test('without tracing there is nothing to end', () => {
  expect(startSending('loms', request(from('a')), now)).toBeUndefined();
});

describe('with tracing', () => {
  beforeEach(async () => {
    spans = await recordSpans();
  });
  afterEach(() => spans.end());

  test('each event has a span in its own trace, and the request one that is linked to them', async () => {
    const parts = request(from('a'), from('b', '00'), from('c'), {});
    const sent = parts[0]!.rows.map((row, i) => ({ row, partition: 3, offset: 100n + BigInt(i) }));
    startSending('loms', parts, now)!.sent(sent);
    const { 'send orders': events, 'send loms': requests } = await spans.sent();
    expect(events!.map(({ traceId }) => traceId)).toEqual([traceOf('a'), traceOf('c')]);
    expect(events!.map(({ attributes }) => attributes)).toMatchObject(
      [100, 102].map((offset) => ({
        'messaging.destination.name': 'orders',
        'messaging.destination.partition.id': '3',
        'messaging.kafka.offset': offset,
        'inorder.outbox.waited_ms': 250,
        'inorder.outbox.attempts': 2,
      })),
    );
    expect(requests).toMatchObject([{ parentId: undefined, kind: 'CLIENT', error: undefined }]);
    expect(requests![0]!.attributes['messaging.batch.message_count']).toBe(4);
    expect(requests![0]!.links.map(({ traceId }) => traceId)).toEqual([traceOf('a'), traceOf('c')]);
  });

  test('a request that fails ends them as errors', async () => {
    startSending('loms', request(from('a')), now)!.failed(new TypeError('with details'));
    const all = Object.values(await spans.sent()).flat();
    expect(all.map(({ error }) => error)).toEqual(['TypeError', 'TypeError']);
  });

  test('a request without a recorded event has no span', async () => {
    expect(startSending('loms', request(from('a', '00'), {}), now)).toBeUndefined();
    expect(await spans.sent()).toEqual({});
  });
});
