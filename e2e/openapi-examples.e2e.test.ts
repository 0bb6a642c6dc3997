import { openAnswerCheck } from '../testing/openapi/answer-check.ts';
import { sendExamples } from '../testing/openapi/send-examples.ts';
import { startLoms, type RunningLoms } from '../testing/loms/start-loms.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { startShop, type Shop } from '../testing/order/start-shop.ts';
import {
  killLeftServices,
  launchService,
  untilReady,
  type RunningService,
} from '../testing/services/start-service.ts';

// People try the examples of /openapi.json first, so all of them must work on a freshly seeded system.

let shop: Shop;
let order: RunningService;
let loms: RunningLoms;
let ops: RunningOps;

beforeAll(async () => {
  shop = await startShop();
  [order, loms] = await Promise.all([shop.startOrder(), startLoms(shop.database.urlFor('loms'))]);
  ops = await startOps(shop.database.urlFor('ops'), 'loms,order');
});

afterAll(async () => {
  await ops.kill();
  await Promise.all([loms.stop(), order.stop()]);
  await shop.stop();
  await killLeftServices();
});

const examplesOf = async (url: string) => {
  const sent = await sendExamples(url, await openAnswerCheck(url));
  return {
    refused: sent.filter(({ status }) => status >= 300),
    accepted: sent.map(
      ({ operationId, example }) => `${operationId.split('_', 2)[1] ?? ''} ${example}`,
    ),
  };
};

test('loms', async () => {
  const { refused, accepted } = await examplesOf(loms.url);
  expect(refused).toEqual([]);
  expect(accepted).toEqual([
    ...['OrderCreate one-sku', 'OrderCreate two-skus', 'OrderInfo first', 'OrderPay first'],
    ...['OrderCancel second', 'StocksInfo plenty', 'WatchOrder first'],
  ]);
});

test('loms again: the first example of an order can be repeated', async () => {
  const { refused } = await examplesOf(loms.url);
  expect(refused).toEqual([]);
});

test('order, at both of its paths', async () => {
  const { refused, accepted } = await examplesOf(order.url);
  expect(refused).toEqual([]);
  expect(accepted.toSorted()).toEqual([
    'CancelOrder -',
    ...['CreateOrder by-parts', 'CreateOrder by-parts'],
    ...['CreateOrder paid-at-once', 'CreateOrder paid-at-once'],
    ...['GetOrder -', 'GetOrder -', 'ListOrders newest', 'PayOrder by-card'],
  ]);
});

test('inventory', async () => {
  const { refused, accepted } = await examplesOf(shop.inventory.url);
  expect(refused).toEqual([]);
  expect(accepted).toHaveLength(7);
});

test('payment', async () => {
  const { refused, accepted } = await examplesOf(shop.payment.url);
  expect(refused).toEqual([]);
  expect(accepted).toEqual([
    ...['PayOrder by-card', 'VoidPayment of-an-order-never-paid'],
    'GetBookingPayment of-an-order-without-one',
  ]);
});

test('ticket', async () => {
  const env = { DATABASE_URL: shop.database.urlFor('ticket'), ...shop.bookings };
  const { url } = await untilReady(launchService('ticket', env));
  const { refused, accepted } = await examplesOf(url);
  expect(refused).toEqual([]);
  expect(accepted).toEqual([
    'GetTicket of-an-order-without-one',
    'GetFlight of-a-route-with-a-rule',
  ]);
});

test('pvz: all but ReturnOrder, which needs an order whose storage term is over', async () => {
  const env = { DATABASE_URL: shop.database.urlFor('pvz'), RATE_LIMIT: '0' };
  const { url } = await untilReady(launchService('pvz', env));
  const { refused, accepted } = await examplesOf(url);
  expect(refused).toMatchObject([{ operationId: 'PvzService_ReturnOrder' }]);
  expect(accepted).toEqual([
    ...['AcceptOrder bag', 'ListOrders of-a-user', 'ReturnOrder -', 'ProcessOrders issue'],
    ...['ProcessOrders take-back', 'ListReturns -', 'GetHistory first-page'],
    ...['GetOrderHistory first', 'ImportOrders two'],
  ]);
});

test('ops: all but what names an event that failed, an operation, a version, or a consumer that took something in', async () => {
  const { refused, accepted } = await examplesOf(ops.server);
  expect(refused.map(({ operationId }) => operationId)).toEqual([
    ...['OpsService_GetDeadLetter', 'OpsService_CompareSchemas', 'OpsService_GetOperation'],
  ]);
  expect(
    accepted.filter((each) => !/^(GetDeadLetter|CompareSchemas|GetOperation) /.test(each)),
  ).toEqual([
    ...['GetOutboxStatus loms', 'ShowOrder first', 'ListBlocked loms', 'GetTimeline first'],
    ...['WatchTimeline first', 'FindOrders first', 'Redrive dry-run', 'Replay dry-run'],
    ...['ListStuck -', 'GetInboxStatus -', 'ListDeadLetters newest', 'ListOperations newest'],
    ...['ListSchemas -', 'GetOverview -', 'WatchOverview -', 'GetOperator -'],
  ]);
});
