import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import type { DescService, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { isDeepStrictEqual } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { idempotencyHitNote } from '../idempotency/key.ts';
import type { Implementation } from '../rpc/implementation.ts';
import { createProtoFile } from '../../../testing/proto-file.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { createOpenApiDocument, type DocumentOptions } from './document.ts';
import { apiNotes } from './notes.ts';

const field = (name: string, number: number, type: string, more: JsonObject = {}) => ({
  name,
  number,
  jsonName: name,
  type: `TYPE_${type}`,
  label: 'LABEL_OPTIONAL',
  ...more,
});
const rpc = (name: string, http: JsonObject, more: JsonObject = {}) => ({
  name,
  inputType: '.shop.v1.Book',
  outputType: '.shop.v1.Book',
  options: { '[google.api.http]': http },
  ...more,
});

const file = createProtoFile({
  name: 'shop.proto',
  package: 'shop.v1',
  messageType: [
    {
      name: 'Book',
      field: [
        field('name', 1, 'STRING', {
          options: { '[buf.validate.field]': { string: { minLen: '1' } } },
        }),
        field('pages', 2, 'INT64'),
        field('part', 3, 'MESSAGE', { typeName: '.shop.v1.Book' }),
        field('tags', 4, 'STRING', { label: 'LABEL_REPEATED' }),
      ],
    },
  ],
  service: [
    {
      name: 'Shop',
      method: [
        rpc('Find', {
          get: '/v1/{name}',
          additionalBindings: [
            { get: '/books/{name}/{part.pages}' },
            { post: '/books:find', body: '*' },
            { put: '/books/{name}', body: 'part' },
          ],
        }),
        rpc('Count', { get: '/count/{name}', responseBody: 'pages' }),
        rpc('Follow', { get: '/follow' }, { serverStreaming: true }),
        { ...rpc('Hidden', {}), options: { deprecated: false } },
      ],
    },
  ],
});
const Shop = file.services[0]!;

const describeApi = (desc: DescService, options: Partial<DocumentOptions> = {}) =>
  createOpenApiDocument({
    services: [{ desc, validator: createValidator() }],
    rest: {},
    ...options,
  })!;

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required?: boolean; schema: JsonObject }[];
  requestBody?: JsonObject;
  responses: Record<string, JsonObject>;
}
const operationsOf = (document: JsonObject): Record<string, Operation> =>
  Object.fromEntries(
    Object.entries(document['paths'] as Record<string, Record<string, JsonValue>>).flatMap(
      ([path, item]) =>
        Object.entries(item).map(([verb, operation]) => [
          `${verb} ${path}`,
          operation as unknown as Operation,
        ]),
    ),
  );

const uploads = new Set([PvzService.method.importOrders]);

test.each([
  ['loms', LomsService, {}],
  ['pvz', PvzService, { uploads }],
  ['ops', OpsService, { hasTokens: true }],
  ['a service with all kinds of bindings', Shop, {}],
])('the document of %s is valid OpenAPI 3.1', async (_name, desc, options) => {
  const result = await new Validator().validate(describeApi(desc, options));
  expect(result).toEqual({ valid: true });
});

test('a path that reads JSON Lines says so', () => {
  const operations = operationsOf(describeApi(PvzService, { uploads }));
  const typesOf = (key: string) => Object.keys(operations[key]?.requestBody?.['content'] ?? {});
  expect(typesOf('post /orders/import')).toEqual(['application/json', 'application/x-ndjson']);
  expect(typesOf('post /orders')).toEqual(['application/json']);
});

describe('a service with all kinds of bindings', () => {
  const document = describeApi(Shop);
  const operations = operationsOf(document);

  test('is described with its additional ones, and without what REST does not serve', () => {
    expect(Object.entries(operations).map(([key, one]) => [key, one.operationId])).toEqual([
      ['get /v1/{name}', 'Shop_Find'],
      ['get /books/{name}/{part.pages}', 'Shop_Find_2'],
      ['post /books:find', 'Shop_Find_3'],
      ['put /books/{name}', 'Shop_Find_4'],
      ['get /count/{name}', 'Shop_Count'],
      ['get /follow', 'Shop_Follow'],
    ]);
  });

  const places = (key: string) =>
    operations[key]!.parameters.map((one) => `${one.in} ${one.name}${one.required ? '!' : ''}`);

  test('has what is neither in the path nor in the body as parameters, nested ones with dots', () => {
    expect(places('get /books/{name}/{part.pages}')).toEqual([
      'path name!',
      'path part.pages!',
      'query pages',
      'query part.name',
      'query part.tags',
      'query tags',
    ]);
    expect(places('post /books:find')).toEqual([]);
    expect(places('put /books/{name}')).toEqual(['path name!', 'query pages', 'query tags']);
    expect(places('get /follow')[0]).toBe('query name!');
  });

  test('has two schemas for what is read and written', () => {
    const { schemas } = document['components'] as { schemas: Record<string, JsonObject> };
    expect(Object.keys(schemas).sort()).toEqual([
      ...['BadRequest', 'Book', 'BookInput', 'Error', 'FieldViolation', 'FollowServiceUnavailable'],
      ...['GatewayTimeout', 'InternalServerError', 'PayloadTooLarge', 'UnsupportedMediaType'],
    ]);
    expect(schemas['BookInput']).toMatchObject({
      properties: { part: { $ref: '#/components/schemas/BookInput' } },
      required: ['name'],
    });
    expect(schemas['Book']).toMatchObject({ required: ['name', 'pages', 'tags'] });
  });

  test('answers with a message, a field of it, or events', () => {
    const answer = (key: string) => operations[key]!.responses['200']!['content'];
    expect(answer('get /v1/{name}')).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/Book' } },
    });
    expect(answer('get /count/{name}')).toMatchObject({
      'application/json': { schema: { type: 'integer' } },
    });
    expect(Object.keys(answer('get /follow') as JsonObject)).toEqual(['text/event-stream']);
  });
});

test('refusals have the status of their kind, with the reasons that stand in the notes', () => {
  const notes = apiNotes(Shop, {
    refusals: { unavailable: ['away'] },
    methods: { find: { refusals: { invalid: ['torn'], precondition: ['sold'] } } },
  });
  const reasons = (preconditionStatus: 412 | 400) => {
    const document = describeApi(Shop, { notes, rest: { preconditionStatus } });
    const { responses } = operationsOf(document)['post /books:find']!;
    return Object.entries(responses).map(
      ([status, one]) => `${status} ${one['description'] as string}`,
    );
  };
  expect(reasons(412)).toEqual([
    '200 OK',
    '400 Bad Request: `invalid-request`, `torn`',
    '412 Precondition Failed: `sold`',
    '413 Payload Too Large: `body-too-large`',
    '415 Unsupported Media Type: `unsupported-media-type`',
    '500 Internal Server Error: `internal`',
    '503 Service Unavailable: `away`',
    '504 Gateway Timeout: `deadline-exceeded`',
  ]);
  expect(reasons(400)[1]).toBe('400 Bad Request: `invalid-request`, `torn`, `sold`');
});

test('each refusal is a plain object with a name of its own, its status and its reasons', () => {
  const document = describeApi(Shop, {
    notes: apiNotes(Shop, {
      refusals: { unavailable: ['away'] },
      methods: { find: { refusals: { precondition: ['sold'] } } },
    }),
  });
  const { schemas } = document['components'] as { schemas: Record<string, JsonObject> };
  const { responses } = operationsOf(document)['post /books:find']!;
  const schemaOf = (status: string): unknown => {
    const content = responses[status]!['content'] as Record<string, { schema: { $ref: string } }>;
    return content['application/json']!.schema.$ref;
  };
  expect([schemaOf('412'), schemaOf('503')]).toEqual([
    '#/components/schemas/FindPreconditionFailed',
    '#/components/schemas/ServiceUnavailable',
  ]);
  expect(schemas['FindPreconditionFailed']).toMatchObject({
    type: 'object',
    properties: {
      code: { type: 'integer', enum: [412] },
      reason: { type: 'string', enum: ['sold'] },
      field_violations: { items: { $ref: '#/components/schemas/FieldViolation' } },
    },
    required: ['code', 'message', 'reason'],
  });
});

test('examples stand where each binding takes them, and links tell what an answer is good for', () => {
  const book = { name: 'shelves/one', pages: 3n, part: { name: 'two', pages: 7n } };
  const document = describeApi(Shop, {
    notes: apiNotes(Shop, {
      methods: {
        find: { examples: { one: book, none: {} }, links: { count: { name: '/name' } } },
      },
    }),
  });
  const operations = operationsOf(document);
  const given = (key: string) =>
    operations[key]!.parameters.filter((one) => 'examples' in one).map((one) => one.name);
  expect(given('get /v1/{name}')).toEqual(['name', 'pages', 'part.name', 'part.pages']);
  expect(given('put /books/{name}')).toEqual(['name', 'pages']);
  const body = (key: string) => operations[key]!.requestBody!['content'];
  const part = { name: 'two', pages: 7 };
  expect(body('put /books/{name}')).toMatchObject({
    'application/json': { examples: { one: { value: part } } },
  });
  expect(body('post /books:find')).toMatchObject({
    'application/json': {
      examples: { one: { value: { name: 'shelves/one', pages: 3, part } }, none: { value: {} } },
    },
  });
  expect(operations['get /books/{name}/{part.pages}']!.responses['200']).toMatchObject({
    links: { Count: { operationId: 'Shop_Count', parameters: { name: '$response.body#/name' } } },
  });
});

test('the headers that answers may have stand with every success, and with no other status', async () => {
  const answerHeaders = [idempotencyHitNote];
  const document = describeApi(Shop, {
    notes: apiNotes(Shop, { methods: { find: { answerHeaders }, follow: { answerHeaders } } }),
  });
  expect(await new Validator().validate(document)).toEqual({ valid: true });
  const operations = operationsOf(document);
  const { name, description, schema } = idempotencyHitNote;
  const withHeaders = (key: string) =>
    Object.entries(operations[key]!.responses)
      .filter(([, { headers }]) => isDeepStrictEqual(headers, { [name]: { description, schema } }))
      .map(([status]) => status);
  expect(withHeaders('post /books:find')).toEqual(['200']);
  expect(withHeaders('get /follow')).toEqual(['200', '204']);
  expect(withHeaders('get /count/{name}')).toEqual([]);
});

test('a service without REST has no document', () => {
  const plain = createProtoFile({
    name: 'plain.proto',
    package: 'plain.v1',
    service: [{ name: 'Plain' }],
  });
  expect(describeApi(plain.services[0]!)).toBeUndefined();
});

describe('over HTTP', () => {
  let fixture: RpcFixture;
  const echo = (request: unknown) => Promise.resolve(request);
  const shop = { find: echo, count: echo, hidden: echo, follow: () => [] };

  beforeAll(async () => {
    fixture = await startRpcFixture(Shop, shop as unknown as Implementation<typeof Shop>);
  });
  afterAll(() => fixture.close());

  const ask = (path: string, init: RequestInit = {}) => fetch(fixture.url + path, init);

  test.each<[string, RequestInit, object]>([
    ['/v1/shelves%2Fone?pages=3', {}, { name: 'shelves/one', pages: 3, tags: [] }],
    ['/books/one/7?part.name=two', {}, { name: 'one', part: { name: 'two', pages: 7 } }],
    ['/books:find', { method: 'POST', body: '{"name":"one"}' }, { name: 'one' }],
    [
      '/books/one?tags=a',
      { method: 'PUT', body: '{"name":"two"}' },
      { name: 'one', part: { name: 'two' } },
    ],
  ])('an RPC is served at each of its bindings: %s', async (path, init, expected) => {
    const headers = { 'content-type': 'application/json' };
    const response = await ask(path, { ...init, headers });
    expect([response.status, await response.json()]).toMatchObject([200, expected]);
  });

  test('the document is there, and is not sent again to who has it', async () => {
    const first = await ask('/openapi.json');
    expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await first.json()).toMatchObject({ openapi: '3.1.1', info: { title: 'shop' } });
    const etag = first.headers.get('etag')!;
    const again = await ask('/openapi.json', { headers: { 'if-none-match': `"x", W/${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await ask('/openapi.json', { headers: { 'if-none-match': '"x"' } });
    expect(other.status).toBe(200);
    await other.body?.cancel();
  });

  test('the page and what it loads are there', async () => {
    const page = await ask('/docs');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self';/,
    );
    const text = await page.text();
    const assets = [...text.matchAll(/(?:src|href)="(docs[^"]*)"/g)].map(([, path = '']) => path);
    expect(assets).toHaveLength(3);
    for (const path of assets) {
      const response = await ask(`/${path}`);
      expect(response.headers.get('content-type')).toMatch(
        /^text\/(css|javascript); charset=utf-8$/,
      );
      const { byteLength } = await response.arrayBuffer();
      expect(byteLength).toBeGreaterThan(0);
      const head = await ask(`/${path}`, { method: 'HEAD' });
      expect(head.headers.get('content-length')).toBe(String(byteLength));
    }
    expect((await ask('/docs/')).url).toBe(`${fixture.url}/docs`);
  });

  test.each([
    '/docs/package.json',
    '/docs/..%2fpackage.json',
    '/docs/swagger-ui.css/',
    '/openapi.json/',
  ])('nothing else is: %s', async (path) => {
    const response = await ask(path);
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { reason: 'no-such-path' },
    ]);
  });

  test('where tokens are asked for, it says so to everybody', async () => {
    const roles = { find: 'r', count: 'r', hidden: 'r', follow: 'r' };
    const access = { tokens: { find: () => undefined }, roles };
    const implementation = shop as unknown as Implementation<typeof Shop>;
    const guarded = await startRpcFixture(Shop, implementation, { access });
    const document = (await (await fetch(`${guarded.url}/openapi.json`)).json()) as JsonObject;
    expect(document['security']).toEqual([{ bearer: [] }]);
    const { responses } = operationsOf(document)['get /v1/{name}']!;
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
    expect((await fetch(`${guarded.url}/v1/shelves%2Fone`)).status).toBe(401);
    await guarded.close();
  });

  test('it is only read', async () => {
    const response = await ask('/openapi.json', { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});
