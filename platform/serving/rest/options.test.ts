import type { JsonObject } from '@bufbuild/protobuf';
import { Validator } from '@seriousme/openapi-schema-validator';
import { AppError } from '../../base/errors.ts';
import type { Implementation } from '../rpc/implementation.ts';
import { createProtoFile } from '../../../testing/proto-file.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { enumStyleAt, plainRest, type RestOptions } from './options.ts';

const field = (name: string, number: number, type: string, more: JsonObject = {}) => ({
  name,
  number,
  jsonName: name,
  type: `TYPE_${type}`,
  label: 'LABEL_OPTIONAL',
  ...more,
});
const colour = { typeName: '.shop.v1.Colour' };
const repeated = { label: 'LABEL_REPEATED' };
const rpc = (name: string, output: string, http: JsonObject) => ({
  name,
  inputType: '.shop.v1.Hat',
  outputType: `.shop.v1.${output}`,
  options: { '[google.api.http]': http },
});

const file = createProtoFile({
  name: 'hats.proto',
  package: 'shop.v1',
  enumType: [
    {
      name: 'Colour',
      value: ['UNSPECIFIED', 'DARK_RED', 'BLUE'].map((name, number) => ({
        name: `COLOUR_${name}`,
        number,
      })),
    },
  ],
  messageType: [
    {
      name: 'Hat',
      field: [
        field('name', 1, 'STRING', {
          options: { '[buf.validate.field]': { string: { maxLen: '5' } } },
        }),
        field('colour', 2, 'ENUM', colour),
        field('ribbons', 3, 'ENUM', { ...colour, ...repeated }),
        field('inner', 4, 'MESSAGE', { typeName: '.shop.v1.Hat' }),
        field('by_part', 5, 'MESSAGE', { typeName: '.shop.v1.Hat.ByPartEntry', ...repeated }),
      ],
      nestedType: [
        {
          name: 'ByPartEntry',
          options: { mapEntry: true },
          field: [field('key', 1, 'STRING'), field('value', 2, 'ENUM', colour)],
        },
      ],
    },
    { name: 'Box', field: [field('hat', 1, 'MESSAGE', { typeName: '.shop.v1.Hat' })] },
  ],
  service: [
    {
      name: 'Hats',
      method: [
        rpc('Make', 'Box', {
          post: '/api/hats',
          body: '*',
          responseBody: 'hat',
          additionalBindings: [{ post: '/hats', body: '*', responseBody: 'hat' }],
        }),
        rpc('Find', 'Hat', {
          get: '/api/hats/{colour}',
          additionalBindings: [{ get: '/hats/{colour}' }, { get: '/hatstand/{colour}' }],
        }),
        rpc('Burn', 'Hat', { post: '/api/hats/{name}/burn' }),
        rpc('Sell', 'Hat', { post: '/api/hats/{name}/sell' }),
      ],
    },
  ],
});
const Hats = file.services[0]!;

const refuse = (name: string): never => {
  const metadata = { name };
  if (name === 'field') throw new AppError('invalid', 'bad', 'no good', { field: 'inner.name' });
  if (name === 'gone') throw new AppError('not-found', 'no-hat', 'There is no hat.', { metadata });
  throw new AppError('precondition', 'sold', 'The hat is sold.', { metadata });
};
const hats = {
  make: (hat: unknown) => Promise.resolve({ hat }),
  find: (hat: unknown) => Promise.resolve(hat),
  burn: () => Promise.resolve({}),
  sell: ({ name }: { name: string }) => refuse(name),
};
const rest: RestOptions = {
  ...plainRest,
  enumWords: { '/': 'short', '/hats': 'lower' },
  statuses: new Map([
    [Hats.method['make']!, 201],
    [Hats.method['burn']!, 204],
  ]),
};

let fixture: RpcFixture;
beforeAll(async () => {
  fixture = await startRpcFixture(Hats, hats as unknown as Implementation<typeof Hats>, { rest });
});
afterAll(() => fixture.close());

const ask = async (path: string, init?: RequestInit) => {
  const response = await fetch(fixture.url + path, init);
  const text = await response.text();
  const body = text === '' ? undefined : (JSON.parse(text) as JsonObject);
  return { status: response.status, body };
};
const post = (body: object, type = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': type },
  body: JSON.stringify(body),
});
const plain = { name: '', ribbons: [], by_part: {} };

describe('enum words', () => {
  const hat = (red: string, blue: string) => ({
    name: '',
    colour: red,
    ribbons: [blue, red],
    inner: { ...plain, colour: blue },
    by_part: { brim: red },
  });

  test.each([
    ['/api/hats', hat('DARK_RED', 'BLUE')],
    ['/hats', hat('dark_red', 'blue')],
  ])('are printed on %s in its style wherever they stand', async (path, expected) => {
    const long = hat('COLOUR_DARK_RED', 'COLOUR_BLUE');
    expect(await ask(path, post(long))).toEqual({ status: 201, body: expected });
    expect(await ask(path, post(expected))).toEqual({ status: 201, body: expected });
  });

  test.each(['COLOUR_BLUE', 'colour_blue', 'BLUE', 'blue', 'Blue'])(
    'are read in path and query: %s',
    async (word) => {
      const { body } = await ask(`/api/hats/${word}?ribbons=${word}&ribbons=dark_red`);
      expect(body).toMatchObject({ colour: 'BLUE', ribbons: ['BLUE', 'DARK_RED'] });
      expect((await ask(`/hats/${word}?inner.colour=${word}`)).body).toMatchObject({
        colour: 'blue',
        inner: { colour: 'blue' },
      });
    },
  );

  test('that are none are refused with those that there are', async () => {
    expect(await ask('/hats/green')).toEqual({
      status: 400,
      body: {
        code: 400,
        message: 'colour: must be one of unspecified, dark_red, blue',
        reason: 'invalid-request',
      },
    });
  });

  test('numbers are read as before, and the zero value is printed', async () => {
    expect((await ask('/hats', post({ colour: 2 }))).body).toMatchObject({ colour: 'blue' });
    expect((await ask('/hats', post({}))).body).toEqual({ ...plain, colour: 'unspecified' });
    expect((await ask('/hats', post({ colour: 3 }))).status).toBe(400);
  });

  test('a prefix ends where a part of the path does, and the longest counts', async () => {
    expect((await ask('/hatstand/blue')).body).toMatchObject({ colour: 'BLUE' });
    expect(enumStyleAt('/hats', rest)).toBe('lower');
    expect(enumStyleAt('/hats', { enumWords: { '/hats/': 'lower' } })).toBe('lower');
    expect(enumStyleAt('/a', { enumWords: { '/b': 'lower' } })).toBe('long');
  });
});

test('success without a body is 204', async () => {
  expect(await ask('/api/hats/a/burn', { method: 'POST' })).toEqual({
    status: 204,
    body: undefined,
  });
});

describe('a short refusal is code, message and reason:', () => {
  const large = 'x'.repeat(1_100_000);
  test.each<[number, string, string | RegExp, string, RequestInit]>([
    [409, 'sold', 'The hat is sold.', '/api/hats/a/sell', { method: 'POST' }],
    [404, 'no-hat', 'There is no hat.', '/api/hats/gone/sell', { method: 'POST' }],
    [400, 'bad', 'inner.name: no good', '/api/hats/field/sell', { method: 'POST' }],
    [
      400,
      'invalid-request',
      /^name: .*; inner.name: /,
      '/hats',
      post({ name: 'longer', inner: { name: 'longer' } }),
    ],
    [404, 'no-such-path', /^Nothing is served at GET \/none/, '/none', {}],
    [405, 'method-not-allowed', /^Use POST/, '/hats', {}],
    [413, 'body-too-large', /larger than/, '/hats', post({ name: large })],
    [415, 'unsupported-media-type', /application\/json/, '/hats', post({}, 'text/plain')],
  ])('%s %s', async (code, reason, message, path, init) => {
    const { status, body } = await ask(path, init);
    expect({ status, body }).toEqual({
      status: code,
      body: { code, reason, message: expect.stringMatching(message) as string },
    });
  });
});

describe('the document', () => {
  interface Operation {
    parameters: { name: string; schema: JsonObject }[];
    requestBody?: JsonObject;
    responses: Record<string, JsonObject>;
  }
  let paths: Record<string, Record<string, Operation>>;
  let schemas: Record<string, { properties: Record<string, JsonObject> }>;
  beforeAll(async () => {
    const { body } = await ask('/openapi.json');
    expect(await new Validator().validate(body!)).toEqual({ valid: true });
    paths = body!['paths'] as unknown as typeof paths;
    ({ schemas } = body!['components'] as unknown as { schemas: typeof schemas });
  });

  test('has a schema for each style of a message', () => {
    const words = (name: string) => schemas[name]!.properties['colour']!['enum'];
    expect(Object.keys(schemas).sort()).toEqual([
      ...['BadRequest', 'Error', 'GatewayTimeout', 'Hat', 'HatInput', 'HatInputLower', 'HatLower'],
      ...['InternalServerError', 'PayloadTooLarge', 'UnsupportedMediaType'],
    ]);
    expect(words('Hat')).toEqual(['UNSPECIFIED', 'DARK_RED', 'BLUE']);
    expect(words('HatInputLower')).toEqual(['unspecified', 'dark_red', 'blue']);
    expect(schemas['HatLower']!.properties).toMatchObject({
      ribbons: { items: { enum: ['unspecified', 'dark_red', 'blue'] } },
      inner: { $ref: '#/components/schemas/HatLower' },
    });
  });

  test('has the words of parameters', () => {
    const words = (path: string) => paths[path]!['get']!.parameters[0]!.schema['enum'];
    expect(words('/api/hats/{colour}')).toEqual(['UNSPECIFIED', 'DARK_RED', 'BLUE']);
    expect(words('/hats/{colour}')).toEqual(['unspecified', 'dark_red', 'blue']);
  });

  test('has the statuses', () => {
    const statuses = (path: string) => Object.keys(paths[path]!['post']!.responses);
    expect(statuses('/hats')).toEqual(['201', '400', '413', '415', '500', '504']);
    const answer = paths['/hats']!['post']!.responses['201'];
    expect(answer).toMatchObject({
      description: 'Created',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/HatLower' } } },
    });
    const { responses } = paths['/api/hats/{name}/burn']!['post']!;
    expect(responses['204']).toEqual({ description: 'No Content' });
    expect(responses).not.toHaveProperty('200');
  });

  test('has the short refusal', () => {
    expect(Object.keys(schemas['Error']!.properties)).toEqual(['code', 'message', 'reason']);
  });
});
