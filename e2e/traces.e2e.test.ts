import { startBooking, type BookingSystem } from '../testing/booking/start-booking.ts';
import { startPrometheus, type RunningPrometheus } from '../testing/engines/prometheus.ts';
import { startTestZipkin, type TestZipkin, type ZipkinSpan } from '../testing/engines/zipkin.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { findFreePort } from '../testing/free-port.ts';
import { startCommitGate, type CommitGate } from '../testing/kafka/commit-gate.ts';
import { startSystem, type StartedService, type System } from '../testing/publisher/system.ts';
import { portOf } from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

const timeoutMs = 120_000;
let zipkin: TestZipkin;

beforeAll(async () => {
  zipkin = await startTestZipkin();
});
afterAll(() => zipkin.close());

/** The one trace of an order, when it has all these spans and each has its parent in it; names are Zipkin's. */
const traceOf = (key: string, wanted: Readonly<Record<string, number>>): Promise<ZipkinSpan[]> => {
  let seen = '';
  const look = async () => {
    const traces = await zipkin.find('messaging.kafka.message.key', key);
    const spans = traces.flat();
    const names = spans.map(({ name, localEndpoint }) => `${localEndpoint.serviceName}: ${name}`);
    seen = `${traces.length} traces\n${names.join('\n')}`;
    const isThere = Object.entries(wanted).every(
      ([name, count]) => names.filter((each) => each === name).length >= count,
    );
    return isThere && traces.length === 1 && orphansOf(spans).length === 0 ? spans : undefined;
  };
  return waitFor(look, { what: `the trace of ${key}`, timeoutMs, intervalMs: 250 }).catch(
    (error: unknown) => {
      throw new Error(`the last that was seen: ${seen}`, { cause: error });
    },
  );
};

const orphansOf = (spans: readonly ZipkinSpan[]): ZipkinSpan[] => {
  const ids = new Set(spans.map(({ id }) => id));
  return spans.filter(({ parentId }) => parentId !== undefined && !ids.has(parentId));
};

/** The names on the way from a span up to the first of its trace. */
const pathTo = (spans: readonly ZipkinSpan[], end: ZipkinSpan | undefined): string[] => {
  if (end === undefined) return [];
  const parent = spans.find(({ id }) => id === end.parentId);
  return [...pathTo(spans, parent), `${end.localEndpoint.serviceName}: ${end.name}`];
};

const post = async (url: string, body: object): Promise<Record<string, string>> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as Record<string, string>;
};

const scrape = async (processes: readonly TestProcess[]): Promise<RunningPrometheus> => {
  const ports = await Promise.all(processes.map((each) => portOf(each, 'HTTP is open')));
  const targets = JSON.stringify(ports.map((port) => `127.0.0.1:${port}`));
  const job = `{ job_name: all, scrape_interval: 1s, static_configs: [{ targets: ${targets} }] }`;
  return startPrometheus(`scrape_configs: [${job}]`, {});
};

const untilExemplar = (prometheus: RunningPrometheus, series: string, traceId: string) => {
  const isThere = async () =>
    (await prometheus.exemplars(series)).some((labels) => labels['trace_id'] === traceId);
  return waitFor(isThere, { what: `an exemplar of ${series}`, timeoutMs, intervalMs: 250 });
};

describe('an order of loms', () => {
  let system: System;
  let loms: StartedService;
  let notifier: TestProcess;
  const create = async () => {
    const order = { userId: '7', items: [{ sku: '139275865', count: 1 }] };
    return (await post(`${loms.url}/loms.v1.LomsService/OrderCreate`, order))['orderId']!;
  };
  const wanted = {
    'loms: loms.v1.lomsservice/ordercreate': 1,
    'loms: loms_save_reserved': 1,
    'loms: create loms.order-events': 2,
    'outbox-publisher: send loms.order-events': 2,
    'notifier: process loms.order-events': 2,
  };

  beforeAll(async () => {
    system = await startSystem();
    loms = await system.startService('loms', zipkin.env);
    notifier = await system.startNotifier('notifier', zipkin.env);
  });
  afterAll(() => system.close());

  test('is one trace from OrderCreate to the notifier', async () => {
    const publisher = await system.startPublisher('publisher', zipkin.env);
    const key = await create();
    const spans = await traceOf(key, wanted);
    const processed = spans.find(({ name }) => name.startsWith('process'))!;
    expect(pathTo(spans, processed)).toEqual([
      'loms: loms.v1.lomsservice/ordercreate',
      'loms: create loms.order-events',
      'notifier: process loms.order-events',
    ]);
    const sent = spans.find(({ name }) => name.startsWith('send'))!;
    expect(sent.tags).toMatchObject({
      'messaging.destination.name': 'loms.order-events',
      'messaging.destination.partition.id': expect.stringMatching(/^\d+$/),
      'messaging.kafka.offset': expect.stringMatching(/^\d+$/),
      'inorder.outbox.waited_ms': expect.stringMatching(/^\d+$/),
    });
    const { traceId } = sent;
    const isLinked = ({ tags }: ZipkinSpan) => tags?.['links']?.split(' ').includes(traceId);
    const findRequest = async () => (await zipkin.named('send loms')).find(isLinked);
    const request = await waitFor(findRequest, {
      what: 'the span of the produce request, in a trace of its own',
      timeoutMs,
      intervalMs: 250,
    });
    expect(request.traceId).not.toBe(traceId);
    await publisher.stop();
  });

  test('is the exemplar of what was measured in it', async () => {
    const publisher = await system.startPublisher('publisher', zipkin.env);
    const prometheus = await scrape([loms.process, publisher, notifier]);
    try {
      const [{ traceId }] = (await traceOf(await create(), wanted)) as [ZipkinSpan];
      for (const metric of ['rpc_duration', 'outbox_publish_delay', 'notifier_event_latency'])
        await untilExemplar(prometheus, `${metric}_seconds_bucket`, traceId);
      const plain = await fetch(`${loms.url}/metrics`);
      expect(plain.headers.get('content-type')).toMatch('text/plain; version=0.0.4');
      expect(await plain.text()).not.toContain('trace_id');
    } finally {
      await prometheus.close();
      await publisher.stop();
    }
  });

  test('stays one trace when its event has failed and is redriven', async () => {
    const key = await create();
    await system.query(
      `UPDATE loms.outbox SET status = 'FAILED', error = 'refused', attempts = 3
        WHERE key = $1 AND sequence = 1`,
      [key],
    );
    const publisher = await system.startPublisher('publisher', zipkin.env);
    const waiting = 'SELECT FROM loms.outbox WHERE key = $1 AND is_waiting';
    await waitFor(async () => (await system.query(waiting, [key])).length === 1, {
      what: 'the second event to wait behind the failed one',
      timeoutMs,
    });
    const redrive = 'SELECT * FROM loms.redrive_outbox($1, $2, $3)';
    await system.query(redrive, [['loms.order-events'], [key], []]);
    await traceOf(key, wanted);
    await publisher.stop();
  });
});

let booking: BookingSystem;
let gate: CommitGate;
const flight = { from: 'SVO', to: 'LED', date: '2099-06-01', time: '09:30', airline: 'SU' };
const userId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const book = async () => {
  const order = { user_id: userId, ...flight, amount_minor: 1_250_000 };
  return (await post(`${booking.services.booking.url}/orders`, order))['order_id']!;
};
const processed = 'process booking.order-events';
const created = 'create booking.order-events';
const wantedOfBooking = {
  'booking: booking.v1.bookingservice/createorder': 1,
  [`booking: ${created}`]: 1,
  [`payment: ${processed}`]: 1,
  [`payment: ${created}`]: 1,
  [`ticket: ${processed}`]: 1,
  [`ticket: ${created}`]: 1,
  [`booking: ${processed}`]: 2,
  'outbox-publisher: send booking.order-events': 3,
};

beforeAll(async () => {
  const behindGate = await findFreePort();
  gate = await startCommitGate(behindGate);
  booking = await startBooking(
    () =>
      Promise.resolve({
        booking: zipkin.env,
        ticket: zipkin.env,
        publisher: zipkin.env,
        payment: { ...zipkin.env, KAFKA_BROKERS: `127.0.0.1:${gate.port}` },
      }),
    { proxied: { port: behindGate, advertisedPort: gate.port } },
  );
});
afterAll(async () => {
  await booking.close();
  await gate.close();
});

test('a booking is one trace through booking, payment and ticket', async () => {
  const spans = await traceOf(await book(), wantedOfBooking);
  const issued = spans.find(
    ({ name, localEndpoint }) => name === created && localEndpoint.serviceName === 'ticket',
  )!;
  expect(pathTo(spans, issued)).toEqual([
    'booking: booking.v1.bookingservice/createorder',
    `booking: ${created}`,
    `payment: ${processed}`,
    `payment: ${created}`,
    `ticket: ${processed}`,
    `ticket: ${created}`,
  ]);
  expect(JSON.stringify(spans)).not.toContain(userId);
});

test('a booking stays one trace when payment is killed before it has committed', async () => {
  const { system } = booking;
  await system.query('BEGIN');
  await system.query('LOCK TABLE payment.outbox IN ACCESS EXCLUSIVE MODE');
  const key = await book();
  const { process } = booking.services.payment;
  const waiting = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'payment' AND wait_event_type = 'Lock'`;
  await waitFor(async () => (await system.query(waiting)).length > 0, {
    what: 'payment to wait for the lock',
    timeoutMs,
  });
  process.kill('SIGKILL');
  await process.exit;
  await system.query('ROLLBACK');
  await booking.restart('payment');
  await traceOf(key, wantedOfBooking);
});

test('a booking stays one trace when payment is killed after it has committed, and the event comes again', async () => {
  gate.hold();
  const key = await book();
  // what is still in its memory when it is killed is lost
  await traceOf(key, wantedOfBooking);
  await waitFor(() => gate.vanished() > 0, { what: 'payment to commit offsets', timeoutMs });
  const { process } = booking.services.payment;
  process.kill('SIGKILL');
  await process.exit;
  gate.pass();
  await booking.restart('payment');
  const spans = await traceOf(key, { ...wantedOfBooking, [`payment: ${processed}`]: 2 });
  const outcomes = spans
    .filter(
      ({ name, localEndpoint }) => name === processed && localEndpoint.serviceName === 'payment',
    )
    .map(({ tags }) => tags?.['inorder.inbox.outcome']);
  expect(outcomes).toContain('duplicate');
});

test('a booking stays one trace when an event is tried again, given up and redriven', async () => {
  const { system } = booking;
  await booking.services.payment.stop();
  await booking.restart('payment', { KAFKA_RETRY_MAX_ATTEMPTS: '2' });
  await system.query('ALTER TABLE payment.booking_payments RENAME TO away');
  const key = await book();
  const letters = 'SELECT consumer, event_id FROM payment.inbox_dead_letters WHERE key = $1';
  type Letter = { consumer: string; event_id: string };
  const [letter] = await waitFor(
    async () => {
      const rows = await system.query<Letter>(letters, [key]);
      return rows.length > 0 ? rows : undefined;
    },
    { what: 'the dead letter', timeoutMs },
  );
  await system.query('ALTER TABLE payment.away RENAME TO booking_payments');
  await system.query(`SELECT payment.redrive_dead_letter($1, $2, 'anna')`, [
    letter!.consumer,
    letter!.event_id,
  ]);
  const spans = await traceOf(key, { ...wantedOfBooking, [`payment: ${processed}`]: 3 });
  const tries = spans.filter(
    ({ name, localEndpoint }) => name === processed && localEndpoint.serviceName === 'payment',
  );
  expect(tries.filter(({ tags }) => tags?.['error'] !== undefined)).toHaveLength(2);
});
