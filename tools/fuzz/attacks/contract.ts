import {
  create,
  fromJson,
  getOption,
  hasOption,
  toBinary,
  type DescMethod,
  type DescService,
  type JsonObject,
  type JsonValue,
} from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { http } from '#gen/google/api/annotations_pb.ts';
import { defineAttack, type Attack } from '../attack.ts';
import { callHttp } from '../http-call.ts';
import { messageLike } from '../messages.ts';
import { callGrpc, messageOf } from './grpc.ts';

/** A call of one RPC. */
interface Call {
  method: DescMethod;
  json: JsonValue;
  key: string | null;
}

const keys = fc.option(fc.constantFrom('a', 'b', ' ', '', 'x'.repeat(300)), { freq: 3 });

const callOf = (methods: readonly DescMethod[]): fc.Arbitrary<Call> =>
  fc
    .constantFrom(...methods)
    .chain((method) =>
      fc.record({ method: fc.constant(method), json: messageLike(method.input), key: keys }),
    );

// A stream goes on until its client leaves.
const leaveAfterMs = 300;
const stayOf = ({ methodKind }: DescMethod) => (methodKind === 'unary' ? {} : { leaveAfterMs });

const headersOf = ({ key }: Call) => ({
  'content-type': 'application/json',
  ...(key !== null && { 'idempotency-key': key }),
});

const bytesOf = (json: JsonValue): Buffer => Buffer.from(JSON.stringify(json));

/** Calls each RPC of a service by REST, Connect and gRPC with messages that resemble its own. */
export const contractAttacks = (name: string, { methods, typeName }: DescService): Attack[] => [
  defineAttack({
    name: `${name}: REST`,
    input: callOf(methods.filter((method) => hasOption(method, http))),
    strike: ({ httpPort: port }, call) => {
      const { verb, path, body } = restOf(call);
      return callHttp({
        port,
        method: verb,
        path,
        ...stayOf(call.method),
        headers: headersOf(call),
        ...(body !== undefined && { body }),
      });
    },
  }),
  defineAttack({
    name: `${name}: Connect`,
    input: callOf(methods.filter(({ methodKind }) => methodKind === 'unary')),
    strike: ({ httpPort: port }, call) =>
      callHttp({
        port,
        method: 'POST',
        path: `/${typeName}/${call.method.name}`,
        headers: headersOf(call),
        body: bytesOf(call.json),
      }),
  }),
  defineAttack({
    name: `${name}: gRPC`,
    input: fc.record({
      call: callOf(methods),
      changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    }),
    strike: ({ grpcPort: port }, { call, changes }) => {
      const bytes = binaryOf(call);
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      const headers = {
        ':path': `/${typeName}/${call.method.name}`,
        te: 'trailers',
        ...headersOf(call),
        'content-type': 'application/grpc',
      };
      const isStream = call.method.methodKind !== 'unary';
      const then = isStream ? 'half' : 'end';
      return callGrpc({ port, headers, chunks: [messageOf(0, bytes, 0)], then });
    },
  }),
];

const restOf = ({ method, json }: Call) => {
  const { pattern, body } = getOption(method, http);
  const fields = { ...(json as JsonObject) };
  const template = typeof pattern.value === 'string' ? pattern.value : '/';
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = textOf(fields[name] ?? '');
    Reflect.deleteProperty(fields, name);
    return value;
  });
  const verb = (pattern.case ?? 'post').toUpperCase();
  if (body === '*') return { verb, path, body: bytesOf(fields) };
  const query = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`);
  return { verb, path: `${path}?${query.join('&')}`, body: undefined };
};

const textOf = (value: JsonValue): string =>
  encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed());

/** The message of those of the fields that are ones of it. */
const binaryOf = ({ method, json }: Call): Uint8Array => {
  const message = create(method.input);
  for (const [name, value] of Object.entries(json as JsonObject)) {
    try {
      Object.assign(message, ownFields(fromJson(method.input, { [name]: value })));
    } catch {
      // JSON cannot say what protobuf could: the attack by bytes does
    }
  }
  try {
    return toBinary(method.input, message);
  } catch {
    return new Uint8Array();
  }
};

const ownFields = (message: object): object =>
  Object.fromEntries(
    Object.entries(message).filter(
      ([name, value]) => name !== '$typeName' && value !== '' && value !== 0n && value !== 0,
    ),
  );
