import {
  BoolRulesSchema,
  FieldRulesSchema,
  TimestampRulesSchema,
  UInt64RulesSchema,
} from '#gen/buf/validate/validate_pb.ts';
import { RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { LomsService, OrderCreateRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import type { DescMessage, DescMethod } from '@bufbuild/protobuf';
import { InvalidRequest } from '../../proto/validation/invalid-request.ts';
import type { EnumStyle } from '../../proto/json/enum-words.ts';
import { encodeJson } from '../../proto/json/encode.ts';
import { bindRequest } from './binding.ts';
import { compilePathTemplate } from './path-template.ts';
import { createRestRouter } from './router.ts';
import { restRulesOf, type RestRule } from './rules.ts';

interface Binding {
  input: DescMessage;
  template?: string;
  path?: string;
  query?: string;
  /** `*` or the name of a field. */
  body?: string;
  json?: unknown;
  enumStyle?: EnumStyle;
}

const bind = ({
  input,
  template = '/x',
  path = '/x',
  query = '',
  body,
  json,
  enumStyle = 'long',
}: Binding): unknown => {
  const compiled = compilePathTemplate(template);
  const field = input.fields.find(({ name }) => name === body);
  const rule: RestRule = {
    method: { input } as DescMethod,
    verb: 'POST',
    template: compiled,
    body: body === '*' ? '*' : field,
    responseBody: undefined,
    status: 200,
    enumStyle,
  };
  const bytes = json === undefined ? '' : JSON.stringify(json);
  try {
    const captures = compiled.match(path) ?? [];
    const request = { captures, query: new URLSearchParams(query), body: Buffer.from(bytes) };
    return encodeJson(input, bindRequest(rule, request), { emitDefaults: false });
  } catch (error) {
    if (error instanceof InvalidRequest) return error.fieldViolations.map((one) => one.field);
    throw error;
  }
};

const create = OrderCreateRequestSchema;

describe('a request is put together from', () => {
  test.each<[string, Binding, object]>([
    ['the query', { input: create, query: 'user_id=5' }, { user_id: 5 }],
    ['the query in camelCase', { input: create, query: 'userId=5' }, { user_id: 5 }],
    ['repeated keys', { input: UInt64RulesSchema, query: 'in=1&in=2' }, { in: [1, 2] }],
    ['a truth value', { input: BoolRulesSchema, query: 'const=true' }, { const: true }],
    [
      'an enum by name',
      { input: FieldRulesSchema, query: 'ignore=IGNORE_ALWAYS' },
      { ignore: 'IGNORE_ALWAYS' },
    ],
    [
      'an enum by any of its words',
      { input: FieldRulesSchema, query: 'ignore=always' },
      { ignore: 'IGNORE_ALWAYS' },
    ],
    [
      'nested fields',
      { input: FieldRulesSchema, query: 'bool.const=true' },
      { bool: { const: true } },
    ],
    [
      'a duration',
      { input: RetryInfoSchema, query: 'retry_delay=1.5s' },
      { retry_delay: '1.500s' },
    ],
    [
      'a timestamp',
      { input: TimestampRulesSchema, query: 'const=2026-01-02T03:04:05Z' },
      { const: '2026-01-02T03:04:05.000Z' },
    ],
    ['the body', { input: create, body: '*', json: { user_id: 5 } }, { user_id: 5 }],
    ['an empty body', { input: create, body: '*' }, {}],
    [
      'a field and the query',
      { input: create, body: 'items', json: [{ sku: 1 }], query: 'user_id=5' },
      { user_id: 5, items: [{ sku: 1 }] },
    ],
    [
      'the path, which wins',
      { input: create, template: '/x/{user_id}', path: '/x/7', body: '*', json: { userId: 5 } },
      { user_id: 7 },
    ],
    [
      'a nested path',
      {
        input: FieldRulesSchema,
        template: '/x/{uint64.const}',
        path: '/x/7',
        body: '*',
        json: { uint64: { lt: 9 } },
      },
      { uint64: { const: 7, lt: 9 } },
    ],
  ])('%s', (_name, binding, expected) => {
    expect(bind(binding)).toEqual(expected);
  });
});

describe('a request is refused for', () => {
  test.each<[string, Binding, string[]]>([
    ['unknown parameters', { input: create, query: 'user=1&x.y=2' }, ['user', 'x.y']],
    [
      'a parameter beside a whole body',
      { input: create, body: '*', query: 'user_id=1' },
      ['user_id'],
    ],
    [
      'a parameter that the path binds',
      { input: create, template: '/{user_id}', path: '/1', query: 'user_id=2' },
      ['user_id'],
    ],
    ['a message as parameter', { input: FieldRulesSchema, query: 'bool=1' }, ['bool']],
    ['a single value twice', { input: create, query: 'user_id=1&user_id=2' }, ['user_id']],
    ['one value under two names', { input: create, query: 'user_id=1&userId=2' }, ['userId']],
    ['text for a number', { input: create, query: 'user_id=abc' }, ['user_id']],
    ['an empty number', { input: create, query: 'user_id=' }, ['user_id']],
    ['a fraction', { input: create, query: 'user_id=1.5' }, ['user_id']],
    ['hexadecimals', { input: create, query: 'user_id=0x10' }, ['user_id']],
    [
      'a number beyond 64 bits',
      { input: create, query: 'user_id=9223372036854775808' },
      ['user_id'],
    ],
    ['a negative unsigned', { input: UInt64RulesSchema, query: 'const=-1' }, ['const']],
    ['a wrong item', { input: UInt64RulesSchema, query: 'in=1&in=x' }, ['in[1]']],
    ['yes for true', { input: BoolRulesSchema, query: 'const=yes' }, ['const']],
    ['an unknown enum word', { input: FieldRulesSchema, query: 'ignore=NEVER' }, ['ignore']],
    ['an array as body', { input: create, body: '*', json: [] }, ['']],
  ])('%s', (_name, binding, fields) => {
    expect(bind(binding)).toEqual(fields);
  });
});

test('the annotations of loms are found, and the most literal rule wins', () => {
  const rules = LomsService.methods.flatMap((method) => restRulesOf(method, {}));
  expect(rules.map(({ verb }) => verb)).toEqual(['POST', 'GET', 'POST', 'POST', 'GET', 'GET']);
  const rule = (verb: string, template: string) => ({
    rule: { ...rules[0]!, verb, template: compilePathTemplate(template) },
  });
  const [any, one] = [rule('GET', '/v1/{id}'), rule('GET', '/v1/latest')];
  const find = createRestRouter([any, one, rule('PUT', '/v1/{id}')]);
  expect(find('GET', '/v1/latest')).toMatchObject({ kind: 'found', route: one });
  expect(find('GET', '/v1/7')).toMatchObject({ kind: 'found', route: any, captures: ['7'] });
  expect(find('POST', '/v1/7')).toEqual({ kind: 'wrong-verb', allowed: ['GET', 'PUT'] });
  expect(find('GET', '/v2')).toEqual({ kind: 'unknown' });
});
