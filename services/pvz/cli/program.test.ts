import {
  OrderStatus,
  ProcessAction,
  PvzService,
  type AcceptOrderRequest,
  type ListOrdersRequest,
  type ProcessOrdersRequest,
} from '#gen/pvz/v1/pvz_pb.ts';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import type { PvzCli } from './context.ts';
import { createProgram } from './program.ts';

const now = new Date('2026-12-01T12:00:00Z');
const peer = { name: 'pvz', url: 'http://localhost', setting: 'INORDER_PVZ' };

const orderOf = (orderId: bigint) => ({
  orderId,
  userId: 7n,
  status: OrderStatus.RETURNED_BY_CLIENT,
  expiresAt: timestampFromDate(new Date('2026-12-24T00:00:00Z')),
  package: 'bag+film',
  weight: 2.5,
  price: 99.9,
  total: 105.9,
  acceptedAt: timestampFromDate(now),
  changedAt: timestampFromDate(now),
});

/** The command line with a point that has 45 orders of each user and refuses order 13; `typed` answers questions. */
const setUp = ({ typed, isJson = false }: { typed?: string[]; isJson?: boolean } = {}) => {
  const asked: {
    accept: AcceptOrderRequest[];
    process: ProcessOrdersRequest[];
    list: ListOrdersRequest[];
  } = { accept: [], process: [], list: [] };
  const transport = createRouterTransport(({ rpc }) => {
    rpc(PvzService.method.acceptOrder, (request) => {
      asked.accept.push(request);
      return { orderId: request.orderId, status: OrderStatus.ACCEPTED };
    });
    rpc(PvzService.method.processOrders, (request) => {
      asked.process.push(request);
      return {
        processed: request.orderIds.filter((id) => id !== 13n),
        errors: request.orderIds
          .filter((id) => id === 13n)
          .map((orderId) => ({
            orderId,
            code: 'ORDER_NOT_FOUND',
            message: 'There is no order 13.',
          })),
      };
    });
    rpc(PvzService.method.listOrders, (request) => {
      asked.list.push(request);
      return { orders: [orderOf(BigInt(request.page))], total: 45n };
    });
    rpc(PvzService.method.getOrderHistory, ({ orderId }) => ({
      changes: [{ orderId, userId: 7n, sequence: 1n, status: OrderStatus.RETURNED_TO_COURIER }],
    }));
  });
  const said: string[] = [];
  const noted: string[] = [];
  const questions: string[] = [];
  const cli: PvzCli = {
    client: createClient(PvzService, transport),
    say: (text) => void said.push(text),
    note: (text) => void noted.push(text),
    isJson,
    openAnswers:
      typed &&
      (() => ({
        ask: (question) => {
          questions.push(question);
          return Promise.resolve(typed.shift());
        },
        close: () => undefined,
      })),
    sleep: () => Promise.resolve(),
    peer,
    trust: { token: undefined, ca: undefined },
    openProgress: () => {
      throw new Error('nothing is imported here');
    },
  };
  const program = createProgram({ peer, now: () => now, open: () => cli });
  program.configureOutput({ writeErr: () => undefined });
  for (const command of program.commands) command.configureOutput({ writeErr: () => undefined });
  const run = (...args: string[]) => program.parseAsync(args, { from: 'user' });
  return { asked, said, noted, questions, run };
};

const rest = ['--weight', '2.5', '--price', '99.90'];

test.each([
  ['7d', '2026-12-08T12:00:00.000Z'],
  ['72h', '2026-12-04T12:00:00.000Z'],
  ['2026-12-24', '2026-12-24T00:00:00.000Z'],
])('an order that expires %s is accepted until %s', async (expires, until) => {
  const { asked, said, run } = setUp();
  await run('accept', '42', '7', '--expires', expires, ...rest, '--package', 'bag+film');
  expect(said).toEqual(['Order 42 is accepted.']);
  const [request] = asked.accept;
  expect(timestampDate(request!.expiresAt!).toISOString()).toBe(until);
  expect(request).toMatchObject({
    orderId: 42n,
    userId: 7n,
    package: 'bag+film',
    weight: 2.5,
    price: 99.9,
  });
});

test.each([
  [['accept', '42', '7', ...rest], "required option '--expires <time>' not specified"],
  [['accept', '42', '7', '--expires', 'soon', ...rest], '3d (from now)'],
  [
    ['accept', '42', '7', '--expires', '7d', ...rest, '--package', 'jar'],
    'Allowed choices are none',
  ],
  [['issue', '7', 'x'], 'An id is a whole number'],
  [['list', '7', '--size', '501'], 'from 1 to 500'],
  [['list', '7', '--scroll', '--json'], 'cannot be used with'],
])('%j is refused: %s', async (args, why) => {
  await expect(setUp().run(...args)).rejects.toThrow(why);
});

test('what is issued and what is refused are in one table, and the command fails', async () => {
  const { asked, said, run } = setUp();
  await expect(run('issue', '7', '42', '13')).rejects.toMatchObject({
    message: '1 of 2 orders refused.',
    exitCode: 1,
  });
  expect(
    said
      .join('\n')
      .split('\n')
      .map((line) => line.split(/\s{2,}/)),
  ).toEqual([
    ['order', 'outcome'],
    ['42', 'issued'],
    ['13', 'ORDER_NOT_FOUND', 'There is no order 13.'],
  ]);
  expect(asked.process).toMatchObject([
    { userId: 7n, action: ProcessAction.ISSUE, orderIds: [42n, 13n] },
  ]);
});

test('with --json the refused ones are in the answer', async () => {
  const { asked, said, run } = setUp({ isJson: true });
  await expect(run('give-back', '7', '13', '--json')).rejects.toMatchObject({ exitCode: 1 });
  expect(JSON.parse(said.join(''))).toEqual({
    processed: [],
    errors: [{ order_id: 13, code: 'ORDER_NOT_FOUND', message: 'There is no order 13.' }],
  });
  expect(asked.process).toMatchObject([{ action: ProcessAction.RETURN }]);
});

test('a page of a list names the next one', async () => {
  const { asked, said, noted, run } = setUp();
  await run('list', '7', '--in-pvz', '--last', '50', '--page', '2');
  expect(asked.list).toMatchObject([{ userId: 7n, inPvz: true, lastN: 50, page: 2, pageSize: 20 }]);
  expect(said.join('')).toMatch(
    /2 +returned by client +2026-12-01 12:00:00 +2026-12-24 00:00:00 +bag\+film +2.5 +99.90 +105.90/,
  );
  expect(noted).toEqual(['45 orders in all; more: --page 3']);
});

test('the last page names no other', async () => {
  const { noted, run } = setUp();
  await run('list', '7', '--page', '3');
  expect(noted).toEqual([]);
});

test.each([
  ['Enter and q', ['', 'q'], 2],
  ['the end of stdin', [], 1],
  ['Enter until the end', ['', ''], 3],
])('--scroll with %s shows as many pages', async (_, typed, pages) => {
  const { asked, questions, run } = setUp({ typed });
  await run('list', '7', '--scroll');
  expect(asked.list.map(({ page }) => page)).toEqual([1, 2, 3].slice(0, pages));
  expect(questions[0]).toBe('-- Enter: page 2 of 3, q: end -- ');
});

test('--scroll where nobody can be asked shows all pages, up to a hundred', async () => {
  const all = setUp();
  await all.run('list', '7', '--scroll');
  expect(all.asked.list).toHaveLength(3);

  const many = setUp();
  await many.run('list', '7', '--scroll', '--size', '1', '--page', '2');
  expect(many.asked.list).toHaveLength(44);
});

test('the history of one order', async () => {
  const { said, run } = setUp();
  await run('history', '42');
  expect(said.join('')).toMatch(/42 +7 +1 +returned to courier$/);
});
