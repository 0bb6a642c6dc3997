import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { callGrpc } from '../../../testing/grpc-call.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { cutTimeouts } from './timeout-header.ts';

test.each([
  ['connect-timeout-ms', '2147483647', '2147483647'],
  ['connect-timeout-ms', '2147483648', '2147483647'],
  ['connect-timeout-ms', '99999999999', '99999999999'], // refused later: too many digits
  ['grpc-timeout', '2147483S', '2147483S'],
  ['grpc-timeout', '2147484S', '2147483S'],
  ['grpc-timeout', '35792M', '2147483S'],
  ['grpc-timeout', '99999999H', '2147483S'],
  ['grpc-timeout', '99999999m', '99999999m'],
  ['grpc-timeout', 'soon', 'soon'],
])('%s: %s becomes %s', (name, asked, got) => {
  const headers = { [name]: asked };
  cutTimeouts(headers);
  expect(headers).toEqual({ [name]: got });
});

const unused = () => Promise.reject(new Error('unused'));
let fixture: RpcFixture;

beforeAll(async () => {
  const calls = { orderCreate: unused, orderInfo: unused, orderPay: unused, orderCancel: unused };
  fixture = await startRpcFixture(LomsService, {
    ...calls,
    // longer than the millisecond that a wrapped deadline would be
    stocksInfo: () => new Promise((resolve) => setTimeout(() => resolve({ count: 7n }), 30)),
    watchOrder: async function* () {
      await new Promise((resolve) => setTimeout(resolve, 30));
      yield {};
    },
  });
});
afterAll(() => fixture.close());

const service = '/loms.v1.LomsService';
const stocksInfo = `${service}/StocksInfo`;
const post = async (type: string, headers: [string, string][], body: Uint8Array) => {
  const response = await fetch(`${fixture.url}${stocksInfo}`, {
    method: 'POST',
    headers: [['content-type', type], ...headers],
    body: Buffer.from(body),
  });
  return `${response.status} ${decodeURIComponent(await response.text())}`;
};
const grpc = (timeout: string | string[], rpc = stocksInfo) =>
  callGrpc(fixture.grpc.port, {
    path: rpc,
    headers: { 'grpc-timeout': timeout },
    message: Uint8Array.of(8, 1),
  });
const webBody = Uint8Array.of(0, 0, 0, 0, 2, 8, 1);
const web = (timeout: string | string[]) => {
  const headers = [timeout].flat().map((one): [string, string] => ['grpc-timeout', one]);
  return post('application/grpc-web+proto', headers, webBody);
};
const connect = (timeout: string | string[]) => {
  const headers = [timeout].flat().map((one): [string, string] => ['connect-timeout-ms', one]);
  return post('application/json', headers, Buffer.from('{"sku":1}'));
};

// 2 ** 31 and 2 ** 32 ms, what lies between and beyond, and the longest that can be said
const far = ['2147484S', '3000000S', '4294967S', '4294968S', '35792M', '599H', '1200H', '720H'];
const farthest = ['99999999S', '99999999M', '99999999H'];

test.each([...far, ...farthest])('gRPC and gRPC-Web: %s is a far deadline', async (timeout) => {
  expect(await grpc(timeout)).toMatchObject({ code: 0 });
  expect(await grpc(timeout, `${service}/WatchOrder`)).toMatchObject({ code: 0 });
  expect(await web(timeout)).toMatch(/^200 .*grpc-status: ?0/s);
});

test.each(['2147483648', '2592000000', '4294967296', '4294967297', '9999999999'])(
  'Connect: %s ms is a far deadline',
  async (timeout) => {
    expect(await connect(timeout)).toMatch(/^200 .*"count":"7"/);
  },
);

const grpcWords =
  'grpc-timeout: must be 1 to 8 digits and a unit (H, M, S, m, u, n), sent once, e.g. 5S';

test.each<[string | string[]]>([
  ['-1S'],
  ['1.5S'],
  ['5 S'],
  ['123456789S'],
  ['5'],
  ['S'],
  [''],
  ['5s'],
  ['1e3S'],
  ['+5S'],
  ['0x5S'],
  [['5S', '5S']],
])('gRPC and gRPC-Web: %j is refused in the same words', async (timeout) => {
  const answer = { code: 3, reason: 'invalid-request', message: grpcWords };
  expect(await grpc(timeout)).toMatchObject({ ...answer, fields: ['grpc-timeout'] });
  expect(await grpc(timeout, `${service}/WatchOrder`)).toMatchObject(answer);
  const text = await web(timeout);
  expect(text).toMatch(/grpc-status: ?3/);
  expect(text).toContain(grpcWords);
});

test.each<[string | string[]]>([['-1'], ['1.5'], ['5S'], ['99999999999'], ['x'], [['5000', '5']]])(
  'Connect: %j is refused by name',
  async (timeout) => {
    const text = await connect(timeout);
    expect(text).toMatch(/^400 .*"invalid_argument"/);
    expect(text).toContain('connect-timeout-ms: must be whole milliseconds in 1 to 10 digits');
  },
);

test('a malformed one is counted as a call that was refused', async () => {
  await grpc('soon');
  const count = /StocksInfo",protocol="grpc",code="INVALID_ARGUMENT"\} [1-9]/;
  const metrics = await fixture.metrics.registry.metrics();
  expect(metrics).toMatch(count);
});

test('no time at all is over at once, in the same words', async () => {
  expect(await grpc('0S')).toMatchObject({ code: 4 });
  expect(await web('0S')).toMatch(/grpc-status: ?4/);
  expect(await connect('0')).toMatch(/^504 .*"deadline_exceeded"/);
});

test('white space around a time-out does not count', async () => {
  expect(await grpc(' 5S\t')).toMatchObject({ code: 0 });
});

test('a far deadline is cut to the longest that a unary call may take', async () => {
  const calls = { orderCreate: unused, orderInfo: unused, orderPay: unused, orderCancel: unused };
  const never = () => new Promise<never>(() => undefined);
  const limited = await startRpcFixture(
    LomsService,
    { ...calls, stocksInfo: never, watchOrder: unused as never },
    { limits: { maxTimeoutMs: 80 } },
  );
  try {
    const answer = callGrpc(limited.grpc.port, {
      path: stocksInfo,
      headers: { 'grpc-timeout': '99999999H' },
      message: Uint8Array.of(8, 1),
    });
    let isOver = false;
    void answer.then(() => (isOver = true));
    await waitFor(() => isOver, { what: 'the deadline', timeoutMs: 60_000 });
    expect(await answer).toMatchObject({ code: 4, reason: 'deadline-exceeded' });
  } finally {
    await limited.close();
  }
});
