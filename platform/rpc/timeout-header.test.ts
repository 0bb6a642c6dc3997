import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { startRpcFixture, type RpcFixture } from '../testing/rpc-fixture.ts';
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
    // longer than the millisecond that such a deadline would be
    stocksInfo: () => new Promise((resolve) => setTimeout(() => resolve({ count: 7n }), 30)),
    watchOrder: unused as never,
  });
});
afterAll(() => fixture.close());

test.each([
  ['application/json', 'connect-timeout-ms', '2592000000', Buffer.from('{"sku":1}')],
  ['application/grpc-web+proto', 'grpc-timeout', '720H', Buffer.from([0, 0, 0, 0, 2, 8, 1])],
])('%s: a deadline of 30 days is none of a millisecond', async (type, name, value, body) => {
  const response = await fetch(`${fixture.url}/loms.v1.LomsService/StocksInfo`, {
    method: 'POST',
    headers: { 'content-type': type, [name]: value },
    body,
  });
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/"count":"7"|grpc-status: ?0/);
});
