// What patches/@connectrpc+connect+2.2.0.patch changes; fails without it, with INTERNAL.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
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
