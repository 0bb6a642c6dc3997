import {
  BookingService,
  OrderStatus,
  type WatchWorkflowResponse,
} from '#gen/booking/v1/booking_pb.ts';
import { BookingPaymentStatus } from '#gen/payment/v1/payment_pb.ts';
import { TicketStatus } from '#gen/ticket/v1/ticket_pb.ts';
import { startBooking, type BookingSystem } from '../testing/booking/start-booking.ts';
import { openAnswerCheck } from '../testing/openapi/answer-check.ts';
import { sendExamples } from '../testing/openapi/send-examples.ts';
import { createGrpcStreams, createHttpStreams } from '../testing/rpc-streams.ts';
import { killLeftServices } from '../testing/services/start-service.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import { waitFor } from '../testing/wait-for.ts';

const { createOrder, getOrder, getWorkflow, refundOrder, listOrders, watchWorkflow } =
  BookingService.method;

const userId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const flight = { from: 'SVO', to: 'LED', date: '2099-06-01', time: '09:30', airline: 'SU' };
const order = { userId, ...flight, amountMinor: 1_250_000n };
const timeoutMs = 120_000;

let booking: BookingSystem;

beforeAll(async () => {
  booking = await startBooking({ booking: { SAGA_TIMEOUT: '2s', SAGA_ON_TIMEOUT: 'hold' } });
});
afterAll(async () => {
  await booking.close();
  await killLeftServices();
});

const { ask } = contractWords(() => booking.services.booking, 'grpc');
const create = async (changes: object = {}): Promise<string> =>
  (await ask(createOrder, { ...order, ...changes })).orderId;
const statusOf = async (orderId: string) => (await ask(getOrder, { orderId })).order?.status;
const untilStatus = (orderId: string, status: OrderStatus) =>
  waitFor(async () => (await statusOf(orderId)) === status, {
    what: `order ${orderId} to be ${status}`,
    timeoutMs,
  });

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${booking.services.booking.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const restOrder = { user_id: userId, ...flight, amount_minor: 1_250_000 };

describe('Idempotency-Key', () => {
  test('over REST: 201, then the stored answer with x-idempotency-hit, 409 for another body', async () => {
    const key = { 'idempotency-key': crypto.randomUUID() };
    const first = await post('/orders', restOrder, key);
    expect([first.status, first.headers.get('x-idempotency-hit')]).toEqual([201, null]);
    const answer = (await first.json()) as { order_id: string };
    expect(answer).toEqual({ status: 'CREATED', order_id: expect.any(String) as unknown });
    const again = await post('/orders', restOrder, key);
    expect([again.status, again.headers.get('x-idempotency-hit')]).toEqual([201, 'true']);
    expect(await again.json()).toEqual(answer);
    const other = await post('/orders', { ...restOrder, amount_minor: 7 }, key);
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ reason: 'idempotency-key-reused' });
  });

  test('of two calls at once with a key the second is refused with 409 while the first is being saved', async () => {
    const query = (text: string) => booking.system.query(text);
    // The first waits in the midst of its transaction for the lock. Should it have to wait for longer than a statement
    // may take, it is refused as well, and two others are sent.
    const round = async () => {
      const key = { 'idempotency-key': crypto.randomUUID() };
      await query('BEGIN');
      await query('LOCK TABLE booking.facts IN ACCESS EXCLUSIVE MODE');
      const calls = [post('/orders', restOrder, key), post('/orders', restOrder, key)];
      await Promise.race(calls).finally(() => query('ROLLBACK'));
      const statuses = (await Promise.all(calls)).map(({ status }) => status);
      return statuses.includes(503) ? undefined : { key, statuses: statuses.toSorted() };
    };
    const { key, statuses } = await waitFor(round, { what: 'a refusal of one call', timeoutMs });
    expect(statuses).toEqual([201, 409]);
    const again = await post('/orders', restOrder, key);
    expect([again.status, again.headers.get('x-idempotency-hit')]).toEqual([201, 'true']);
  });
});

describe('WatchWorkflow', () => {
  test.each(['grpc', 'connect', 'grpc-web'] as const)(
    'through %s: past steps first, then new ones, until the saga has ended',
    async (protocol) => {
      const { grpcPort, httpPort } = booking.services.booking;
      const read =
        protocol === 'grpc' ? createGrpcStreams(grpcPort) : createHttpStreams(protocol, httpPort);
      const orderId = await create();
      const stream = read(watchWorkflow, { orderId });
      expect(await stream.end).toEqual({ code: 'OK' });
      const answers = stream.answers as WatchWorkflowResponse[];
      expect(answers).toMatchObject([
        { sequence: 1n, eventType: 'OrderCreated', status: OrderStatus.CREATED },
        { sequence: 2n, eventType: 'PaymentAuthorized', step: { id: 'authorize-payment' } },
        { sequence: 3n, eventType: 'TicketIssued', step: { id: 'issue-ticket', state: 'done' } },
      ]);
      const rest = read(watchWorkflow, { orderId, afterSequence: 2n });
      expect(await rest.end).toEqual({ code: 'OK' });
      expect(rest.answers).toMatchObject([{ sequence: 3n }]);
    },
  );

  test('over REST as server-sent events', async () => {
    const orderId = await create({ amountMinor: 500_000_000n });
    const url = `${booking.services.booking.url}/orders/${orderId}/workflow/watch`;
    const text = await (await fetch(url, { headers: { accept: 'text/event-stream' } })).text();
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, json = '']) => JSON.parse(json) as { event_type: string; status: string },
    );
    expect(events).toMatchObject([
      { event_type: 'OrderCreated', status: 'CREATED' },
      { event_type: 'PaymentFailed', status: 'CANCELLED', step: { state: 'failed' } },
    ]);
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(['1', '2']);
  });
});

describe('a step that does not answer', () => {
  test('the order is listed as stuck, with the step and who owes it, until it answers; a payment that is away is named', async () => {
    const { payment } = booking.services;
    payment.closeClients();
    payment.process.kill('SIGKILL');
    await payment.process.exit;
    const orderId = await create();
    const stuck = await waitFor(
      async () => {
        const { orders } = await ask(listOrders, { stuck: true });
        return orders.find((each) => each.orderId === orderId);
      },
      { what: 'the order to be listed', timeoutMs },
    );
    expect(stuck).toMatchObject({
      status: OrderStatus.CREATED,
      stuck: { missing: [{ id: 'authorize-payment', service: 'payment', state: 'running' }] },
    });
    const { unavailable, steps } = await ask(getWorkflow, { orderId });
    expect(unavailable).toEqual(['payment']);
    expect(steps[1]?.deadline).toBeDefined();
    const metrics = await (await fetch(`${booking.services.booking.url}/metrics`)).text();
    expect(metrics).toContain('saga_stuck_orders 1');
    await booking.restart('payment');
    await untilStatus(orderId, OrderStatus.TICKET_ISSUED);
    expect((await ask(listOrders, { stuck: true })).orders).toEqual([]);
  });

  test('with compensate it is taken back, also one that was held before; what comes late is undone too', async () => {
    const { ticket } = booking.services;
    ticket.process.kill('SIGSTOP');
    const held = await create();
    await waitFor(async () => (await ask(listOrders, { stuck: true })).orders.length, {
      what: 'the order to be held',
      timeoutMs,
    });
    await booking.services.booking.stop();
    await booking.restart('booking', { SAGA_TIMEOUT: '2s', SAGA_ON_TIMEOUT: 'compensate' });
    await untilStatus(held, OrderStatus.CANCELLED);
    const orderId = await create();
    await untilStatus(orderId, OrderStatus.CANCELLED);
    ticket.process.kill('SIGCONT');
    const ended = await waitFor(
      async () => {
        const workflow = await ask(getWorkflow, { orderId });
        const isEnded = workflow.steps.every(({ state }) =>
          ['done', 'compensated'].includes(state),
        );
        return isEnded ? workflow : undefined;
      },
      { what: 'the compensation to end', timeoutMs },
    );
    expect(ended.order).toMatchObject({ status: OrderStatus.CANCELLED, reason: 'saga-timeout' });
    expect(ended.payment?.status).toBe(BookingPaymentStatus.VOIDED);
    expect(ended.ticket?.status).toBe(TicketStatus.CANCELLED);
    await waitFor(async () => (await ask(listOrders, { stuck: true })).orders.length === 0, {
      what: 'the compensation of the other to end',
      timeoutMs,
    });
  });
});

test('events on the topic are the body of the contract, each producer numbering its own', async () => {
  const orderId = await create();
  await untilStatus(orderId, OrderStatus.TICKET_ISSUED);
  await ask(refundOrder, { orderId });
  await untilStatus(orderId, OrderStatus.REFUNDED);
  const rows = await booking.system.query<{ type: string; body: Record<string, unknown> }>(
    ['booking', 'payment', 'ticket']
      .map(
        (schema) =>
          `SELECT event_type AS type, payload AS body FROM ${schema}.outbox WHERE key = $1`,
      )
      .join(' UNION ALL '),
    [orderId],
  );
  const said = rows.map(({ type, body }) => [
    body['producer'],
    body['sequence'],
    type,
    body['type'] === type && body['correlation_id'] === orderId,
  ]);
  expect(said.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
    ['order-service', 1, 'OrderCreated', true],
    ['order-service', 2, 'RefundRequested', true],
    ['payment-service', 1, 'PaymentAuthorized', true],
    ['payment-service', 2, 'PaymentRefunded', true],
    ['ticket-service', 1, 'TicketIssued', true],
    ['ticket-service', 2, 'TicketCancelled', true],
  ]);
  for (const { body } of rows)
    expect(Object.keys(body).toSorted()).toEqual(
      [
        ...(body['type'] === 'OrderCreated' || body['type'] === 'RefundRequested'
          ? []
          : ['causation_id']),
        'correlation_id',
        'id',
        'occurred_at',
        'payload',
        'producer',
        'sequence',
        'type',
      ].toSorted(),
    );
});

test('every example of /openapi.json works', async () => {
  const { url } = booking.services.booking;
  const sent = await sendExamples(url, await openAnswerCheck(url));
  expect(sent.filter(({ status }) => status >= 300)).toEqual([]);
  expect(sent.length).toBeGreaterThanOrEqual(5);
});
