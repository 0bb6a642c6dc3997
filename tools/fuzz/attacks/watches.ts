import * as fc from 'fast-check';
import { defineAttack } from '../attack.ts';
import { callHttp, type HttpCall } from '../http-call.ts';

// Ids of existing orders (the valid calls alongside create new ones), and values that are not ids.
const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }).map(String) },
  fc.constantFrom('', '0', '-1', '1.5', '1e3', '9223372036854775808', 'NaN', '\u0000', '%', '1,1'),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
);

type Protocol = (orderId: string, after: string) => Omit<HttpCall, 'port'>;

const calls: Record<'rest' | 'connect' | 'web', Protocol> = {
  rest: (orderId, after) => ({
    method: 'GET',
    path: `/order/watch?order_id=${encodeURIComponent(orderId)}&after_sequence=${encodeURIComponent(after)}`,
  }),
  connect: (orderId, after) => streamCall('application/connect+json', orderId, after),
  web: (orderId, after) => streamCall('application/grpc-web+json', orderId, after),
};

const streamCall = (
  type: string,
  ...[orderId, after]: Parameters<Protocol>
): ReturnType<Protocol> => {
  const message = Buffer.from(JSON.stringify({ orderId, afterSequence: after }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return {
    method: 'POST',
    path: '/loms.v1.LomsService/WatchOrder',
    headers: { 'content-type': type },
    body: Buffer.concat([head, message]),
  };
};

/**
 * Watches orders that exist, have ended or never will exist, resuming anywhere, with clients that leave or do not
 * read.
 */
export const watches = defineAttack({
  name: 'watches',
  input: fc.record({
    protocol: fc.constantFrom<(keyof typeof calls)[]>('rest', 'rest', 'connect', 'web'),
    orderId: number,
    after: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('0', '1', '2') }, number),
    lastEventId: fc.option(
      fc.oneof(fc.constantFrom('1', '2', '-1', '1e9', 'x'), fc.string({ unit: 'binary-ascii' })),
    ),
    leaveAfterMs: fc.constantFrom(0, 5, 50, 300),
    isDeaf: fc.boolean(),
  }),
  strike: ({ httpPort: port }, { protocol, orderId, after, lastEventId, leaveAfterMs, isDeaf }) => {
    const call = calls[protocol](orderId, after);
    const resumed = lastEventId?.replaceAll(/[^\x20-\x7e]/g, '');
    return callHttp({
      port,
      leaveAfterMs,
      isDeaf,
      ...call,
      headers: {
        ...call.headers,
        ...(resumed !== undefined && { 'last-event-id': resumed }),
      },
    });
  },
});
