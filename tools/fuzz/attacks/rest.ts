import * as fc from 'fast-check';
import { defineAttack } from '../attack.ts';
import { callHttp } from '../http-call.ts';
import { jsonBytes } from '../payloads.ts';

const paths = ['/order/create', '/order/info', '/order/pay', '/order/cancel', '/stock/info'];
const methods = [
  'POST',
  'POST',
  'POST',
  'GET',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'PATCH',
  'TRACE',
];
const types = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-16',
  'APPLICATION/JSON',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  '',
  ';;;',
];
const encodings = ['identity', 'gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'x'];

/** Sends bodies that are invalid, or that contradict their headers. */
export const restBodies = defineAttack({
  name: 'REST bodies',
  input: fc.record({
    method: fc.oneof({ weight: 8, arbitrary: fc.constant('POST') }, fc.constantFrom(...methods)),
    path: fc.constantFrom('/order/create', '/order/create', '/order/create', ...paths),
    type: fc.oneof(
      { weight: 4, arbitrary: fc.constant('application/json') },
      fc.constantFrom(...types),
    ),
    encoding: fc.oneof(
      { weight: 6, arbitrary: fc.constant('identity') },
      fc.constantFrom(...encodings),
    ),
    body: jsonBytes,
  }),
  strike: ({ httpPort: port }, { method, path, type, encoding, body }) =>
    callHttp({
      port,
      method,
      path,
      body,
      headers: { 'content-type': type, 'content-encoding': encoding },
    }),
});

const escapes = [
  '%00',
  '%',
  '%2',
  '%zz',
  '%ff',
  '%c0%af',
  '%2f',
  '%2e%2e',
  '..',
  '//',
  '\\',
  '%u0041',
];
const visible = fc
  .string({ unit: 'grapheme-ascii', maxLength: 30 })
  .map((s) => s.replaceAll(' ', '+'));
const piece = fc.oneof(
  fc.constantFrom(...escapes, ...paths, '?', '&', '=', '#', ';', 'order_id', '1', '-1', '1e400'),
  visible,
);

/** Sends paths and queries with odd escapes, dots, control characters and lengths. */
export const restPaths = defineAttack({
  name: 'REST paths',
  input: fc.record({
    method: fc.constantFrom(...methods),
    start: fc.constantFrom(...paths, '/order/info?order_id=', '/stock/info?sku=', '/metrics', ''),
    pieces: fc.array(piece, { maxLength: 12 }),
    times: fc.constantFrom(1, 1, 1, 1, 100),
  }),
  strike: ({ httpPort: port }, { method, start, pieces, times }) => {
    const path = `/${start}${pieces.join('').repeat(times)}`.replace(/^\/+(?=\/)/, '');
    return callHttp({ port, method, path: path.replaceAll(/[^\x21-\x7e]/g, '%FF') });
  },
});
