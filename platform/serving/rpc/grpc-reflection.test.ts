import { file_buf_validate_validate } from '#gen/buf/validate/validate_pb.ts';
import {
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
  type ServerReflectionResponse,
} from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { execFileSync } from 'node:child_process';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';

type Question = NonNullable<
  MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']
>;

let fixture: RpcFixture;
let client: Client;

beforeAll(async () => {
  const unused = () => Promise.reject(new Error('unused'));
  fixture = await startRpcFixture(LomsService, {
    orderCreate: unused,
    orderInfo: unused,
    orderPay: unused,
    orderCancel: unused,
    stocksInfo: unused,
    watchOrder: () => {
      throw new Error('unused');
    },
  });
  client = new Client(`127.0.0.1:${fixture.grpc.port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await fixture.close();
});

const openStream = (version: string) => {
  const asIs = (bytes: Buffer) => bytes;
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  return client.makeBidiStreamRequest<Buffer, Buffer>(path, asIs, asIs);
};
const encode = (messageRequest: Question): Buffer => {
  const request = create(ServerReflectionRequestSchema, { host: 'h', messageRequest });
  return Buffer.from(toBinary(ServerReflectionRequestSchema, request));
};

/** All questions in one stream. */
const ask = async (questions: Question[], version = 'v1'): Promise<ServerReflectionResponse[]> => {
  const stream = openStream(version);
  for (const question of questions) stream.write(encode(question));
  stream.end();
  const answers: ServerReflectionResponse[] = [];
  for await (const bytes of stream)
    answers.push(fromBinary(ServerReflectionResponseSchema, bytes as Buffer));
  return answers;
};

const filesOf = (answer: ServerReflectionResponse | undefined): [name: string, bytes: Buffer][] => {
  const { case: kind, value } = answer!.messageResponse;
  if (kind !== 'fileDescriptorResponse') throw new Error(`${String(kind)} instead of files`);
  return value.fileDescriptorProto.map((bytes) => [
    fromBinary(FileDescriptorProtoSchema, bytes).name,
    Buffer.from(bytes),
  ]);
};
const symbol = (value: string): Question => ({ case: 'fileContainingSymbol', value });
const extension = (containingType: string, extensionNumber: number): Question => ({
  case: 'fileContainingExtension',
  value: { containingType, extensionNumber },
});
const numbersOf = (value: string): Question => ({ case: 'allExtensionNumbersOfType', value });

test.each(['v1', 'v1alpha'])(
  '%s lists just what is served, and knows all of it',
  async (version) => {
    const [list] = await ask([{ case: 'listServices', value: '*' }], version);
    const { messageResponse } = list!;
    if (messageResponse.case !== 'listServicesResponse') throw new Error('no list');
    const names = messageResponse.value.service.map(({ name }) => name);
    expect(names).toEqual([
      'loms.v1.LomsService',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ]);
    for (const answer of await ask(names.map(symbol), version))
      expect(filesOf(answer).length).toBeGreaterThan(0);
  },
);

test('files are sent byte for byte as they were compiled, with their options and all that they import', async () => {
  const args = ['build', '.', '--exclude-source-info', '-o', '-#format=binpb'];
  const image = execFileSync('node_modules/.bin/buf', args, { maxBuffer: 2 ** 26 });
  const compiled = new Map(
    fromBinary(FileDescriptorSetSchema, image).file.map((file) => [
      file.name,
      Buffer.from(toBinary(FileDescriptorProtoSchema, { ...file, $unknown: [] })),
    ]),
  );
  const [answer] = await ask([symbol('loms.v1.LomsService')]);
  const files = filesOf(answer);
  expect(files.map(([name]) => name).toSorted()).toEqual([
    'buf/validate/validate.proto',
    'google/api/annotations.proto',
    'google/api/http.proto',
    'google/protobuf/descriptor.proto',
    'google/protobuf/duration.proto',
    'google/protobuf/timestamp.proto',
    'loms/v1/loms.proto',
  ]);
  expect(files[0]?.[0]).toBe('loms/v1/loms.proto');
  for (const [name, bytes] of files)
    if (!name.startsWith('google/protobuf/'))
      expect([name, bytes]).toEqual([name, compiled.get(name)]);
});

test.each([
  'loms.v1.LomsService.OrderCreate',
  'loms.v1.OrderItem',
  'loms.v1.OrderItem.sku',
  'loms.v1.WatchOrderResponse._reason',
])('%s is in the file of its service', async (name) => {
  expect(filesOf((await ask([symbol(name)]))[0])[0]?.[0]).toBe('loms/v1/loms.proto');
});

test.each([
  ['google.rpc.ErrorInfo', 'google/rpc/error_details.proto'],
  ['buf.validate.field', 'buf/validate/validate.proto'],
  ['google.api.http', 'google/api/annotations.proto'],
  ['grpc.health.v1.HealthCheckResponse.ServingStatus', 'grpc/health/v1/health.proto'],
  ['grpc.health.v1.HealthCheckResponse.SERVING', 'grpc/health/v1/health.proto'],
])('%s is in %s', async (name, file) => {
  expect(filesOf((await ask([symbol(name)]))[0])[0]?.[0]).toBe(file);
  const byName = await ask([{ case: 'fileByFilename', value: file }], 'v1alpha');
  expect(filesOf(byName[0])[0]?.[0]).toBe(file);
});

test('extensions are found by their type and number, and counted', async () => {
  const { number } = file_buf_validate_validate.extensions.find(({ name }) => name === 'field')!;
  const type = 'google.protobuf.FieldOptions';
  const [found, numbers, http, none] = await ask([
    extension(type, number),
    numbersOf(type),
    numbersOf('google.protobuf.MethodOptions'),
    numbersOf('loms.v1.OrderItem'),
  ]);
  expect(filesOf(found)[0]?.[0]).toBe('buf/validate/validate.proto');
  const valueOf = (answer: ServerReflectionResponse | undefined) => answer?.messageResponse.value;
  expect(valueOf(numbers)).toMatchObject({ baseTypeName: type, extensionNumber: [number, 1_160] });
  expect(valueOf(http)).toMatchObject({ extensionNumber: [72_295_728] });
  expect(valueOf(none)).toMatchObject({ extensionNumber: [] });
});

test('what is not known is an error in the stream, which goes on', async () => {
  const questions: Question[] = [
    symbol('payment.v1.PaymentService'),
    symbol(''),
    symbol('loms.v1'),
    { case: 'fileByFilename', value: 'loms/v1/loms' },
    extension('google.protobuf.FieldOptions', 1),
    numbersOf('nobody.v1.Nothing'),
    { case: undefined },
  ];
  const answers = await ask([...questions, symbol('loms.v1.LomsService')]);
  const codes = answers.map(({ messageResponse: { case: kind, value } }) =>
    kind === 'errorResponse' ? value.errorCode : kind,
  );
  expect(codes).toEqual([5, 5, 5, 5, 5, 5, 3, 'fileDescriptorResponse']);
  expect(answers[0]).toMatchObject({
    validHost: 'h',
    originalRequest: { host: 'h', messageRequest: questions[0] },
  });
});

test('bytes that are no question are the caller’s fault', async () => {
  const stream = openStream('v1');
  stream.on('data', () => undefined);
  const failed = new Promise((resolve) => stream.on('error', resolve));
  stream.write(Buffer.from('ffff', 'hex'));
  expect(await failed).toMatchObject({ code: 3 });
});
