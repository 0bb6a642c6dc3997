// What patches/@connectrpc+connect+2.2.0.patch changes; each test fails without it.
import { create } from '@bufbuild/protobuf';
import { LomsService, StocksInfoResponseSchema } from '#gen/loms/v1/loms_pb.ts';
import { startRpcFixture } from '../../../testing/rpc-fixture.ts';

const unused = (): never => {
  throw new Error('unused');
};
const implementation = {
  orderCreate: unused,
  orderInfo: unused,
  orderPay: unused,
  orderCancel: unused,
  stocksInfo: unused,
  watchOrder: unused,
};
const malformed = Uint8Array.of(0xff, 0xff);

test('a message that is no protobuf is the fault of whoever sent it', async () => {
  const fixture = await startRpcFixture(LomsService, implementation);
  const send = (type: string, body: Uint8Array<ArrayBuffer>) =>
    fetch(`${fixture.url}/loms.v1.LomsService/StocksInfo`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
  const connect = await send('application/proto', malformed);
  expect(connect.status).toBe(400);
  expect(await connect.json()).toMatchObject({ code: 'invalid_argument' });
  const enveloped = Uint8Array.of(0, 0, 0, 0, malformed.length, ...malformed);
  const web = await send('application/grpc-web+proto', enveloped);
  expect(web.headers.get('grpc-status') ?? (await web.text())).toMatch(/^3$|grpc-status: ?3/);
  await fixture.close();
});

test('a frozen message is written once for all who get it, another one each time', async () => {
  const written: string[] = [];
  const answerOf = (name: string) => {
    const message = create(StocksInfoResponseSchema, { count: 7n });
    Object.defineProperty(message, 'count', {
      enumerable: true,
      get: () => {
        written.push(name);
        return 7n;
      },
    });
    return message;
  };
  const [frozen, other] = [Object.freeze(answerOf('frozen')), answerOf('other')];
  let answer = frozen;
  const fixture = await startRpcFixture(LomsService, {
    ...implementation,
    stocksInfo: () => Promise.resolve(answer),
  });
  const ask = async (type: string) => {
    const headers = { 'content-type': `application/${type}` };
    const body = type === 'json' ? '{"sku":1}' : Uint8Array.of(8, 1);
    const init = { method: 'POST', headers, body };
    const response = await fetch(`${fixture.url}/loms.v1.LomsService/StocksInfo`, init);
    return response.text();
  };
  const readsBy = async (type: string) => {
    written.length = 0;
    const text = await ask(type);
    return { text, reads: written.length };
  };
  for (const [type, text] of [
    ['json', '{"count":"7"}'],
    ['proto', '\b\x07'],
  ] as const) {
    answer = frozen;
    const first = await readsBy(type);
    expect(first.text).toBe(text);
    expect(first.reads).toBeGreaterThan(0);
    expect(await readsBy(type)).toEqual({ text, reads: 0 });
    answer = other;
    expect(await readsBy(type)).toEqual(first);
    expect(await readsBy(type)).toEqual(first);
  }
  await fixture.close();
});
