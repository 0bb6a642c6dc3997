import * as fc from 'fast-check';
import { defineAttack } from '../attack.ts';
import { callHttp } from '../http-call.ts';
import { firstKeyed } from '../payloads.ts';

const goodKeys = Array.from({ length: 5 }, (_, n) => `key ${n}`);
const badKeys = ['', ' ', ' x', 'x '.repeat(200), '\u00ff', '\t', 'a\u007f', '0'.repeat(256)];

/** Sends the same few idempotency keys again and again, at once and with different orders, and some invalid keys. */
export const keys = defineAttack({
  name: 'idempotency keys',
  input: fc.record({
    key: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...goodKeys) },
      { weight: 3, arbitrary: fc.uuid() },
      fc.constantFrom(...badKeys),
      fc.string({ unit: 'binary', maxLength: 300 }),
    ),
    userId: fc.integer({ min: firstKeyed, max: firstKeyed + 2 }),
  }),
  strike: ({ httpPort: port, sku }, { key, userId }) =>
    callHttp({
      port,
      method: 'POST',
      path: '/order/create',
      headers: {
        'content-type': 'application/json',
        // only characters that a header can carry
        'idempotency-key': key.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?'),
      },
      body: Buffer.from(JSON.stringify({ user_id: userId, items: [{ sku, count: 1 }] })),
    }),
});
