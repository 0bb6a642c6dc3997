import { toBinary, type JsonObject, type Message } from '@bufbuild/protobuf';
import { createProtoFile } from '../../../testing/proto-file.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { createJsonCallers, type JsonCaller } from '../../../testing/json-callers.ts';

const field = (name: string, number: number, type: string, more: JsonObject = {}): JsonObject => ({
  name,
  number,
  type: `TYPE_${type}`,
  label: 'LABEL_OPTIONAL',
  jsonName: name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  ...more,
});
const repeated = { label: 'LABEL_REPEATED' };
const colour = { typeName: '.paint.v1.Colour' };
const entry = (name: string, key: string, value: JsonObject): JsonObject => ({
  name,
  field: [field('key', 1, key), { ...field('value', 2, 'STRING'), ...value }],
  options: { mapEntry: true },
});
const http = (more: JsonObject): JsonObject => ({ options: { '[google.api.http]': more } });
const types = { inputType: '.paint.v1.Pot', outputType: '.paint.v1.Pot' };

const file = createProtoFile({
  name: 'paint.proto',
  package: 'paint.v1',
  enumType: [
    {
      name: 'Colour',
      value: ['COLOUR_UNSPECIFIED', 'COLOUR_DARK_RED', 'COLOUR_BLUE'].map((name, number) => ({
        name,
        number,
      })),
    },
  ],
  messageType: [
    {
      name: 'Pot',
      field: [
        field('user_id', 1, 'INT64'),
        field('count', 2, 'UINT32'),
        field('paint_colour', 3, 'ENUM', colour),
        field('colours', 4, 'ENUM', { ...colour, ...repeated }),
        field('by_name', 5, 'MESSAGE', { typeName: '.paint.v1.Pot.ByNameEntry', ...repeated }),
        field('by_number', 6, 'MESSAGE', { typeName: '.paint.v1.Pot.ByNumberEntry', ...repeated }),
        field('inner', 7, 'MESSAGE', { typeName: '.paint.v1.Pot' }),
        field('word', 8, 'STRING', { oneofIndex: 0 }),
        field('shade', 9, 'ENUM', { ...colour, oneofIndex: 0 }),
        field('moment', 10, 'MESSAGE', { typeName: '.google.protobuf.Timestamp' }),
        field('large', 11, 'MESSAGE', { typeName: '.google.protobuf.UInt64Value' }),
        field('anything', 12, 'MESSAGE', { typeName: '.google.protobuf.Value' }),
        field('weight', 13, 'DOUBLE'),
        field('raw', 14, 'BYTES'),
        field('pots', 15, 'MESSAGE', { typeName: '.paint.v1.Pot', ...repeated }),
        field('small', 16, 'FLOAT'),
        field('done', 17, 'BOOL'),
      ],
      oneofDecl: [{ name: 'mark' }],
      nestedType: [
        entry('ByNameEntry', 'STRING', { type: 'TYPE_ENUM', ...colour }),
        entry('ByNumberEntry', 'INT32', {}),
      ],
    },
  ],
  service: [
    {
      name: 'PaintService',
      method: [
        { name: 'Mix', ...types, ...http({ post: '/mix', body: '*' }) },
        { name: 'Watch', ...types, serverStreaming: true },
        {
          name: 'Look',
          ...types,
          options: { '[google.api.http]': { get: '/look' }, idempotencyLevel: 'NO_SIDE_EFFECTS' },
        },
      ],
    },
  ],
});
const [desc] = file.services;
const [pot] = file.messages;
if (!desc || !pot) throw new Error('paint.proto has a service and a message.');

let fixture: RpcFixture;
let callers: Record<string, JsonCaller>;
let last: Message | undefined;

beforeAll(async () => {
  const keep = (request: Message) => {
    last = request;
    return Promise.resolve({});
  };
  fixture = await startRpcFixture(
    desc,
    {
      mix: keep,
      look: keep,
      watch: async function* (request: Message) {
        yield await keep(request);
      },
    } as never,
    { rest: { enumWords: { '/': 'short' } } },
  );
  callers = createJsonCallers(fixture.url, {
    rest: '/mix',
    unary: '/paint.v1.PaintService/Mix',
    query: '/paint.v1.PaintService/Look',
    stream: '/paint.v1.PaintService/Watch',
  });
});
afterAll(() => fixture.close());

const lastRead = (): string | undefined => last && Buffer.from(toBinary(pot, last)).toString('hex');

/** What a protocol makes of a request: what it read, as bytes, or the reason and the fields at fault. */
const outcomeOf = async (caller: JsonCaller, body: Buffer<ArrayBuffer>): Promise<unknown> => {
  last = undefined;
  return (await caller(body)) ?? lastRead();
};

const outcomes = async (body: Buffer<ArrayBuffer>) => {
  const all: Record<string, unknown> = {};
  for (const [name, caller] of Object.entries(callers)) all[name] = await outcomeOf(caller, body);
  return all;
};

const expectOnAll = async (body: string | Buffer<ArrayBuffer>, expected: unknown) => {
  const all = await outcomes(typeof body === 'string' ? Buffer.from(body) : body);
  expect(all).toEqual(Object.fromEntries(Object.keys(callers).map((name) => [name, expected])));
};

test.each<[same: string, ...others: string[]]>([
  ['{}', '', '\ufeff{}', ' {} ', '{"user_id":null,"word":null,"colours":null,"inner":null}'],
  ['{"user_id":5}', '{"userId":5}', '{"user_id":"5"}', String.raw`{"\u0075ser_id":5}`],
  ['{"user_id":100}', '{"user_id":1e2}', '{"user_id":"1e2"}', '{"user_id":100.00}'],
  ['{"user_id":0,"count":0}', '{"user_id":-0,"count":-0}', '{"user_id":0.0,"count":0e5}'],
  ['{"user_id":9007199254740991}', '{"user_id":"9007199254740991"}'],
  ['{"paint_colour":1}', '{"paintColour":"DARK_RED"}', '{"paint_colour":"COLOUR_DARK_RED"}'],
  ['{"paint_colour":1.0}', '{"paint_colour":"dark_red"}', '{"paint_colour":1e0}'],
  ['{"colours":[2,1]}', '{"colours":["BLUE","COLOUR_DARK_RED"]}'],
  ['{"by_name":{"a":2}}', '{"byName":{"a":"BLUE"}}', '{"byName":{"a":"COLOUR_BLUE"}}'],
  ['{"inner":{"inner":{"shade":2}}}', '{"inner":{"inner":{"shade":"BLUE","word":null}}}'],
  ['{"pots":[{"shade":2},{}]}', '{"pots":[{"shade":"blue"},{"user_id":null}]}'],
  ['{"by_number":{"1":"a","-2":"b"}}', '{"byNumber":{"1.0":"a","-2":"b"}}'],
  ['{"large":18446744073709551615}'.replace(/(\d+)/, '"$1"'), '{"large":"18446744073709551615"}'],
  ['{"anything":null}', '{ "anything" : null }'],
  ['{"anything":{"a":[1,null]}}', '{"anything":{"a":[1.0,null]}}'],
  ['{"moment":"2026-01-02T03:04:05Z"}', '{"moment":"2026-01-02T04:04:05.000+01:00"}'],
  ['{"weight":1e30,"small":3.4028235e38}', '{"weight":"1e30","small":"3.4028235e38"}'],
  ['{"raw":"-_-_"}', '{"raw":"+/+/"}'],
  ['{"raw":"+/8="}', '{"raw":"-_8"}'],
])('is read on each protocol alike: %s', async (same, ...others) => {
  const first = await outcomes(Buffer.from(same));
  const [expected] = Object.values(first);
  expect(typeof expected).toBe('string');
  for (const body of [same, ...others]) await expectOnAll(body, expected);
});

test('64-bit integers in strings are exact on each protocol', async () => {
  await expectOnAll('{"user_id":"9007199254740993"}', '0881808080808080' + '10');
});

const refusedAt = (...fields: string[]) => ({
  code: 'invalid_argument',
  reason: 'invalid-request',
  fields,
});
const half = String.raw`\ud800`;

test.each<[what: string, body: string | Buffer<ArrayBuffer>, ...fields: string[]]>([
  ['an unknown field', '{"user_idd":5}', 'user_idd'],
  ['an unknown field inside', '{"pots":[{},{"inner":{"x":1}}]}', 'pots[1].inner.x'],
  ['an unknown field without a value', '{"x":null}', 'x'],
  ['an own prototype', '{"__proto__":{"user_id":1}}', '__proto__'],
  ['an extension', '{"[paint.v1.more]":1}', '[paint.v1.more]'],
  ['an unknown word', '{"paint_colour":"GREEN"}', 'paint_colour'],
  ['an unknown number of an enum', '{"paint_colour":9}', 'paint_colour'],
  ['half a number of an enum', '{"paint_colour":1.5}', 'paint_colour'],
  ['an unknown word in a list', '{"colours":["BLUE","GREEN"]}', 'colours[1]'],
  ['an unknown word in a map', '{"by_name":{"a":"GREEN"}}', 'by_name["a"]'],
  ['an unknown word in a oneof', '{"shade":"GREEN"}', 'shade'],
  ['a name twice', '{"user_id":1,"user_id":1}', 'user_id'],
  ['a name twice, once null', '{"user_id":null,"user_id":1}', 'user_id'],
  ['both names of a field', '{"user_id":1,"userId":1}', 'user_id'],
  ['both names of a field, once null', '{"user_id":1,"userId":null}', 'user_id'],
  ['a name twice, once escaped', String.raw`{"count":1,"c\u006funt":1}`, 'count'],
  ['a name twice inside', '{"pots":[{"count":1,"count":1}]}', 'pots[0].count'],
  ['a key twice', '{"by_name":{"a":1,"a":1}}', 'by_name["a"]'],
  ['a key twice, written differently', '{"by_number":{"1":"a","01":"a"}}', 'by_number["01"]'],
  ['a name twice in a free value', '{"anything":{"a":[{"b":1,"b":1}]}}', 'anything'],
  ['two of a oneof', '{"word":"a","shade":1}', 'shade'],
  ['a lossy number', '{"user_id":9007199254740993}', 'user_id'],
  ['a lossy number that ends as a whole one', '{"user_id":1.00000000000000000001}', 'user_id'],
  ['a large number', '{"user_id":1e30}', 'user_id'],
  ['a huge number', '{"user_id":1e999999999}', 'user_id'],
  ['a lossy number of a wrapper', '{"large":18446744073709551615}', 'large'],
  ['a fraction', '{"user_id":1.5,"count":"1.5"}', 'user_id', 'count'],
  ['a count beyond 32 bits', '{"count":4294967296}', 'count'],
  ['a negative count', '{"count":-1}', 'count'],
  ['an integer with spaces', '{"user_id":" 1"}', 'user_id'],
  ['a hexadecimal integer', '{"user_id":"0x10"}', 'user_id'],
  ['a number without end', '{"weight":1e400,"small":3.5e38}', 'weight', 'small'],
  ['a truth in words', '{"done":"true"}', 'done'],
  ['a wrong timestamp', '{"moment":"today"}', 'moment'],
  ['half a character', `{"word":"${half}"}`, 'word'],
  ['half a character as a key', `{"by_name":{"${half}":1}}`, String.raw`by_name["\ud800"]`],
  ['NUL', String.raw`{"inner":{"word":"a\u0000"}}`, 'inner.word'],
  ['broken base64', '{"raw":"abcde"}', 'raw'],
  ['null in a list', '{"colours":[null]}', 'colours[0]'],
  ['null in a map', '{"by_name":{"a":null}}', 'by_name["a"]'],
  ['deep nesting', `{"anything":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, 'anything'],
  ['messages in messages', '{"inner":'.repeat(70) + '{}' + '}'.repeat(70), 'inner.'.repeat(64)],
  ['null', 'null', ''],
  ['an array', '[]', ''],
  ['a text', '"a"', ''],
  ['only spaces', '  ', ''],
  ['what is not JSON', '{"user_id":', ''],
  ['trailing garbage', '{}x', ''],
  ['two documents', '{}{}', ''],
  ['a comma too many', '{"user_id":1,}', ''],
  ['a comment', '{/**/}', ''],
  ['invalid UTF-8', Buffer.from('7b22776f7264223a22ff227d', 'hex'), ''],
])('is refused on each protocol alike: %s', async (_what, body, ...fields) => {
  const all = await outcomes(typeof body === 'string' ? Buffer.from(body) : body);
  for (const outcome of Object.values(all)) {
    const refusal = outcome as { fields: string[] };
    // long names are cut
    const seen = refusal.fields.map((one) => (one.length > 200 ? 'inner.'.repeat(64) : one));
    expect({ ...refusal, fields: seen }).toEqual(refusedAt(...fields));
  }
});

test.each([
  ['colours=BLUE&colours=1&paint_colour=COLOUR_BLUE', '{"colours":[2,1],"paint_colour":2}'],
  [
    'user_id=9007199254740993&inner.shade=blue',
    '{"userId":"9007199254740993","inner":{"shade":2}}',
  ],
])('a query is read as JSON is: %s', async (query, json) => {
  const connect = await outcomes(Buffer.from(json));
  last = undefined;
  expect((await fetch(`${fixture.url}/look?${query}`)).status).toBe(200);
  expect(lastRead()).toBe(connect['connect']);
});

test.each([
  ['paint_colour=GREEN', 'paint_colour'],
  ['paint_colour=9', 'paint_colour'],
  ['user_id=1&userId=1', 'userId'],
  ['count=1.5', 'count'],
  ['colour=1', 'colour'],
])('a query is refused as JSON is: %s', async (query, name) => {
  const response = await fetch(`${fixture.url}/look?${query}`);
  expect(response.status).toBe(400);
  const body = (await response.json()) as { field_violations: { field: string }[] };
  expect(body.field_violations.map((one) => one.field)).toEqual([name]);
});
