/**
 * A request with a body in one of the HTTP server's protocols, and how the server refuses a body that is too large.
 */
export interface BodyRequest {
  name: string;
  /** The request line and the headers of the protocol. */
  head: string;
  /** A readable message of this many bytes, framed as the protocol requires. */
  body: (bytes: number) => Buffer;
  /** Matches the answer to a message that is too large. */
  tooLarge: RegExp;
  /** Matches the answer to a message that is not too large. */
  fine: RegExp;
}

const rpc = (name: string): string => `POST /loms.v1.LomsService/${name} HTTP/1.1\r\nhost: a\r\n`;
const typed = (type: string): string => `content-type: ${type}\r\n`;

const jsonOf =
  (start: string) =>
  (bytes: number): Buffer =>
    Buffer.from(start.padEnd(bytes, ' '));
const order = jsonOf('{"user_id":1,"items":[{"sku":1,"count":1}]}');

// user_id 1, items [{sku 1, count 1}], and an unknown field that fills up the rest
const protoOrder = (bytes: number): Buffer => {
  const known = Buffer.from('0801120408011001', 'hex');
  const rest = bytes - known.length - 5;
  const field = Buffer.alloc(5 + rest, 1);
  field[0] = 0x7a;
  for (let at = 1, left = rest; at < 5; at += 1, left = Math.floor(left / 128))
    field[at] = (left % 128) + (at < 4 ? 128 : 0);
  return Buffer.concat([known, field]);
};

const enveloped =
  (message: (bytes: number) => Buffer) =>
  (bytes: number): Buffer => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes, 1);
    return Buffer.concat([head, message(bytes)]);
  };

/** A request for each way in which a message reaches an RPC over HTTP/1. */
export const bodyRequests: readonly BodyRequest[] = [
  {
    name: 'REST',
    head: `POST /order/create HTTP/1.1\r\nhost: a\r\n${typed('application/json')}`,
    body: order,
    tooLarge: /^HTTP\/1.1 413 .*"body-too-large"/s,
    fine: /^HTTP\/1.1 200 .*"order_id":/s,
  },
  {
    name: 'REST, a body that no rule asks for',
    head: 'GET /order/info?order_id=1 HTTP/1.1\r\nhost: a\r\n',
    body: order,
    tooLarge: /^HTTP\/1.1 413 .*"body-too-large"/s,
    fine: /^HTTP\/1.1 200 .*"status":/s,
  },
  {
    name: 'Connect with JSON',
    head: rpc('OrderCreate') + typed('application/json'),
    body: order,
    tooLarge: /^HTTP\/1.1 429 .*"resource_exhausted"/s,
    fine: /^HTTP\/1.1 200 .*"orderId":/s,
  },
  {
    name: 'Connect with protobuf',
    head: rpc('OrderCreate') + typed('application/proto'),
    body: protoOrder,
    tooLarge: /^HTTP\/1.1 429 .*"resource_exhausted"/s,
    fine: /^HTTP\/1.1 200 .*application\/proto/s,
  },
  {
    name: 'Connect, a stream',
    head: rpc('WatchOrder') + typed('application/connect+json'),
    body: enveloped(jsonOf('{"orderId":1}')),
    tooLarge: /^HTTP\/1.1 200 .*"code":"resource_exhausted"/s,
    fine: /^HTTP\/1.1 200 .*"status":"new".*\{\}/s,
  },
  {
    name: 'gRPC-Web',
    head: rpc('OrderCreate') + typed('application/grpc-web+proto'),
    body: enveloped(protoOrder),
    tooLarge: /^HTTP\/1.1 200 .*grpc-status: 8/s,
    fine: /^HTTP\/1.1 200 .*grpc-status: 0/s,
  },
  {
    name: 'gRPC-Web, a stream',
    head: rpc('WatchOrder') + typed('application/grpc-web+json'),
    body: enveloped(jsonOf('{"orderId":1}')),
    tooLarge: /^HTTP\/1.1 200 .*grpc-status: 8/s,
    fine: /^HTTP\/1.1 200 .*"status":"new".*grpc-status: 0/s,
  },
];

const unread = (name: string, head: string, status: number): BodyRequest => {
  const answer = new RegExp(`^HTTP/1.1 ${status} `);
  return { name, head, body: order, tooLarge: answer, fine: answer };
};
const at = (line: string): string => `${line} HTTP/1.1\r\nhost: a\r\n`;

/** The requests that the server answers without reading the body. */
export const unreadRequests: readonly BodyRequest[] = [
  unread('an unknown path', at('POST /nothing'), 404),
  unread('a wrong verb', at('DELETE /order/create'), 405),
  unread('a wrong verb at an RPC', at('PUT /loms.v1.LomsService/OrderCreate'), 405),
  unread('REST, a type that is not read', at('POST /order/create') + typed('text/plain'), 415),
  unread('Connect, a type that is not read', rpc('OrderCreate') + typed('text/plain'), 415),
  unread('/healthz', at('GET /healthz'), 200),
  unread('/readyz', at('GET /readyz'), 200),
  unread('/metrics', at('GET /metrics'), 200),
  unread('/docs', at('GET /docs'), 200),
  unread('/openapi.json', at('GET /openapi.json'), 200),
  unread('a wrong verb at /healthz', at('POST /healthz'), 405),
  unread('an impossible host', 'POST /order/create HTTP/1.1\r\nhost: [\r\n', 400),
];
