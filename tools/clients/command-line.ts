import { join } from 'node:path';
import { checkout } from '../../deploy/folders.ts';
import { CommandFailed } from '../../deploy/local/run-tied.ts';
import type { Addresses } from './client.ts';
import { goProgram, run } from './tools.ts';

const loms = 'loms.v1.LomsService';
const plenty = 1_625_903;
const none = 139_819_069;

export const grpcurlVersion = 'v1.9.3';
export const ghzVersion = 'v0.120.0';

/** Fails unless the output contains all of these. */
const expectIn = (said: string, ...parts: readonly string[]): void => {
  for (const part of parts)
    if (!said.includes(part)) throw new Error(`"${part}" is missing in:\n${said.trim()}`);
};

/** Adds decoded base64 values, because buf prints the details whose type it does not know in base64. */
const readable = (said: string): string =>
  [...said.matchAll(/"value":\s*"([\w+/=]+)"/g)].reduce(
    (text, [, value = '']) => `${text}\n${Buffer.from(value, 'base64').toString('latin1')}`,
    said,
  );

/** Returns what a call printed that must be refused, and fails when it succeeds. */
const refusalOf = async (call: Promise<string>): Promise<string> => {
  let said: string;
  try {
    said = await call;
  } catch (error) {
    if (error instanceof CommandFailed) return readable(error.message);
    throw error;
  }
  throw new Error(`this was accepted: ${said}`);
};

/** Calls a method with a JSON request; `more` are further options of the program. */
type Call = (method: string, request: object, ...more: string[]) => Promise<string>;

interface Words {
  key: (value: string) => string[];
  deadline: (seconds: number) => string[];
}

const orderIdIn = (said: string): number => Number(/"orderId":\s*"?(\d+)/.exec(said)?.[1]);

const order = (sku: number) => ({ user_id: 16, items: [{ sku, count: 1 }] });

/** The calls that are tried with every command-line client. */
const tryOrders = async (call: Call, { key, deadline }: Words): Promise<string[]> => {
  const create = (sku: number, ...more: string[]) =>
    call(`${loms}/OrderCreate`, order(sku), ...more);
  const once = key(`command-line-${Date.now()}`);
  const [order_id, again] = [
    orderIdIn(await create(plenty, ...once)),
    orderIdIn(await create(plenty, ...once)),
  ];
  if (!(order_id > 0) || order_id !== again) throw new Error(`orders ${order_id} and ${again}`);
  expectIn(await call(`${loms}/OrderInfo`, { order_id }), 'awaiting payment');
  const late = await refusalOf(call(`${loms}/WatchOrder`, { order_id }, ...deadline(1)));
  expectIn(late.toLowerCase().replaceAll('_', ''), 'deadline');
  await call(`${loms}/OrderPay`, { order_id });
  expectIn(await call(`${loms}/WatchOrder`, { order_id }), '"new"', '"payed"');
  const other = orderIdIn(await create(plenty));
  await call(`${loms}/OrderCancel`, { order_id: other });
  expectIn(await refusalOf(call(`${loms}/OrderCancel`, { order_id })), 'order-not-cancellable');
  expectIn(await refusalOf(create(none)), 'out-of-stock', 'ErrorInfo', `${none}`);
  return [
    'created once for two calls with one idempotency key',
    'deadline of a watch',
    'paid, and watched to its end',
    'cancelled; a paid one is refused by its reason',
    'out of stock, with ErrorInfo',
  ];
};

const ship = {
  user_id: '01970000-0000-7000-8000-0000000000aa',
  part_ids: ['01970000-0000-7000-8000-000000000001'],
  payment_method: 'PAYMENT_METHOD_CARD',
};

const departure = new Date(Date.now() + 60 * 86_400_000).toISOString();
const flight = {
  from: 'SVO',
  to: 'LED',
  date: departure.slice(0, 10),
  time: departure.slice(11, 16),
  airline: 'SU',
};
const passenger = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';

/** Books a ticket at the price of a quote, and watches its workflow to the end. */
const tryBooking = async (booking: Call, ticket: Call, { key }: Words): Promise<string> => {
  const call = (method: string, request: object, ...more: string[]) =>
    booking(`booking.v1.BookingService/${method}`, request, ...more);
  const idIn = (name: string, said: string): string =>
    new RegExp(`"${name}":\\s*"([\\w-]+)"`).exec(said)?.[1] ?? '';
  const quote_id = idIn('quoteId', await call('QuotePrice', flight));
  const order = { user_id: passenger, quote_id, ...flight };
  const once = key(`booking-${quote_id}`);
  const order_id = idIn('orderId', await call('CreateOrder', order, ...once));
  expectIn(await call('CreateOrder', order, ...once), order_id);
  const steps = ['create-order', 'authorize-payment', 'issue-ticket'];
  expectIn(await call('WatchWorkflow', { order_id }), ...steps, 'TICKET_ISSUED');
  expectIn(await call('GetOrder', { order_id }), 'TICKET_ISSUED');
  expectIn(await ticket('ticket.v1.TicketService/GetTicket', { order_id }), '"seat"', 'ISSUED');
  const stranger = { ...order, user_id: order_id };
  expectIn(await refusalOf(call('CreateOrder', stranger)), 'user-not-found', 'ErrorInfo');
  return 'a ticket at the price of its quote, watched until it was issued; an unknown user is refused';
};

/** Runs grpcurl, which knows the contracts by reflection only. */
export const checkGrpcurl = async (_folder: string, at: Addresses): Promise<string> => {
  const program = await goProgram('github.com/fullstorydev/grpcurl/cmd/grpcurl', grpcurlVersion);
  const ask = (...args: string[]) => run(program, ['-plaintext', ...args]);
  const callAt =
    (address: string): Call =>
    (method, request, ...more) =>
      ask(...more, '-d', JSON.stringify(request), address, method);
  expectIn(await ask(at.loms.grpc, 'list'), loms, 'grpc.health.v1.Health');
  expectIn(await ask(at.loms.grpc, 'describe', `${loms}.OrderCreate`), '.google.api.http');
  expectIn(await ask(at.loms.grpc, 'describe', 'loms.v1.OrderItem'), '.buf.validate.field', 'gt');
  expectIn(await ask(at.order.grpc, 'describe', 'order.v1.CreateOrderRequest'), 'part_ids');
  const words: Words = {
    key: (value) => ['-H', `idempotency-key: ${value}`],
    deadline: (seconds) => ['-max-time', `${seconds}`],
  };
  const tried = await tryOrders(callAt(at.loms.grpc), words);
  expectIn(await callAt(at.order.grpc)('order.v1.OrderService/CreateOrder', ship), 'STATUS_PAID');
  const booked = await tryBooking(callAt(at.booking.grpc), callAt(at.ticket.grpc), words);
  return ['list, describe, with paths and rules', ...tried, 'a ship, paid at once', booked].join(
    '\n',
  );
};

/** Runs buf curl, over gRPC by reflection, and over Connect and gRPC-Web with the local proto files. */
export const checkBufCurl = async (_folder: string, at: Addresses): Promise<string> => {
  const program = join(checkout, 'node_modules/.bin/buf');
  const callAt =
    (options: readonly string[], url: string): Call =>
    (method, request, ...more) =>
      run(
        program,
        ['curl', ...options, ...more, '-d', JSON.stringify(request), `${url}/${method}`],
        {
          cwd: checkout,
        },
      );
  const words: Words = {
    key: (value) => ['-H', `idempotency-key: ${value}`],
    deadline: (seconds) => ['--timeout', `${seconds}s`],
  };
  const tried: string[] = [];
  const grpc = ['--protocol', 'grpc', '--http2-prior-knowledge'];
  for (const [name, options, url] of [
    ['gRPC', grpc, `http://${at.loms.grpc}`],
    ['Connect', ['--schema', '.'], at.loms.http],
    ['gRPC-Web', ['--schema', '.', '--protocol', 'grpcweb'], at.loms.http],
  ] as const)
    tried.push(...(await tryOrders(callAt(options, url), words)).map((one) => `${name}: ${one}`));
  const yard = callAt(grpc, `http://${at.order.grpc}`);
  expectIn(await yard('order.v1.OrderService/CreateOrder', ship), 'STATUS_PAID');
  const overConnect = ['--schema', '.'];
  const booked = await tryBooking(
    callAt(overConnect, at.booking.http),
    callAt(overConnect, at.ticket.http),
    words,
  );
  return [...tried, 'a ship, paid at once', `Connect: ${booked}`].join('\n');
};

const ghzCalls = 2_000;

/** Runs ghz, which makes many calls over 20 connections; none may fail. */
export const checkGhz = async (_folder: string, at: Addresses): Promise<string> => {
  const program = await goProgram('github.com/bojand/ghz/cmd/ghz', ghzVersion);
  const load = ['-n', `${ghzCalls}`, '-c', '20', '--connections', '20', '--timeout', '20s'];
  const asked = ['--call', `${loms}/StocksInfo`, '-d', JSON.stringify({ sku: plenty })];
  const said = await run(program, ['--insecure', ...load, ...asked, '-O', 'json', at.loms.grpc]);
  const report = JSON.parse(said) as { count: number; statusCodeDistribution: object };
  const answers = JSON.stringify(report.statusCodeDistribution);
  if (answers !== JSON.stringify({ OK: ghzCalls })) throw new Error(`answers: ${answers}`);
  return `${ghzCalls} calls by reflection, 0 errors`;
};
