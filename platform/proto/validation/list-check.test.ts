import { LomsService, OrderCreateRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import { create } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, StructSchema } from '@bufbuild/protobuf/wkt';
import { startRpcFixture } from '../../../testing/rpc-fixture.ts';
import { createListCheck, maxListItems } from './list-check.ts';

const times = <T>(count: number, each: T): T[] => Array.from({ length: count }, () => each);

test('a list may have ten thousand items and no more', () => {
  const check = createListCheck(OrderCreateRequestSchema);
  const ofSize = (count: number) => create(OrderCreateRequestSchema, { items: times(count, {}) });
  expect(check(ofSize(maxListItems))).toEqual([]);
  expect(check(ofSize(maxListItems + 1))).toEqual([
    { field: 'items', description: 'must have no more than 10000 items' },
  ]);
});

test('lists in messages in lists are found, and named', () => {
  const value = times(maxListItems + 1, {});
  const messageType = [{}, { nestedType: [{ field: value }] }];
  const file = create(FileDescriptorProtoSchema, { messageType });
  const fields = createListCheck(FileDescriptorProtoSchema)(file).map(({ field }) => field);
  expect(fields).toEqual(['message_type[1].nested_type[0].field']);
});

test('so are maps, also in a oneof', () => {
  const many = Object.fromEntries(Array.from({ length: maxListItems + 1 }, (_, at) => [at, {}]));
  const check = createListCheck(StructSchema);
  expect(check(create(StructSchema, { fields: many }))).toMatchObject([{ field: 'fields' }]);
  const value = { fields: many };
  const inner = { kind: { case: 'structValue' as const, value } };
  const found = check(create(StructSchema, { fields: { a: inner, b: {} } }));
  expect(found).toMatchObject([{ field: 'fields.struct_value.fields' }]);
});

test('over every protocol a request of half a million items is refused before its items are looked at', async () => {
  const unused = (): never => {
    throw new Error('unused');
  };
  const fixture = await startRpcFixture(LomsService, {
    orderCreate: unused,
    orderInfo: unused,
    orderPay: unused,
    orderCancel: unused,
    stocksInfo: unused,
    watchOrder: unused,
  });
  // the shortest items that there are
  const bytes = Buffer.alloc(1_048_000);
  for (let at = 0; at < bytes.length; at += 2) bytes[at] = 0x12;
  const { code } = await fixture.clients.grpc.call(LomsService.method.orderCreate, bytes);
  expect(code).toBe('INVALID_ARGUMENT');
  const json = `{"items":[${'{},'.repeat(340_000)}{}]}`;
  for (const path of ['/order/create', '/loms.v1.LomsService/OrderCreate']) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(fixture.url + path, { method: 'POST', headers, body: json });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('no more than 10000 items'),
    ]);
  }
  await fixture.close();
});
